/**
 * Images in the text of the composer: uploaded with the draft, private, part of the mail (inbox/rich_text.py).
 */
(() => {
  const { React } = window;

  const ImageBlock = ({ blockProps }) => {
    const { src, alt } = blockProps.entity.getData();
    return React.createElement('img', { src, alt, className: 'helpdesk-composer__image' });
  };

  /** The button of the toolbar: the composer lets one choose a file, and puts it in when it was uploaded. */
  class ImageSource extends React.Component {
    componentDidMount() {
      this.props.onClose();
      document.dispatchEvent(new CustomEvent('helpdesk:pick-image'));
    }

    render() {
      return null;
    }
  }

  window.draftail.registerPlugin({ type: 'HELPDESK_IMAGE', source: ImageSource, block: ImageBlock }, 'entityTypes');
})();
