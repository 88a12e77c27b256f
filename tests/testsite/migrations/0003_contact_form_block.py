import wagtail.fields
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('testsite', '0002_pages'),
    ]

    operations = [
        migrations.AlterField(
            model_name='standardpage',
            name='body',
            field=wagtail.fields.StreamField([('paragraph', 0), ('contact_form', 2)], blank=True, block_lookup={0: ('wagtail.blocks.RichTextBlock', (), {}), 1: ('wagtail.snippets.blocks.SnippetChooserBlock', ('wagtail_helpdesk.ContactForm',), {'label': 'Form'}), 2: ('wagtail.blocks.StructBlock', [[('form', 1)]], {})}),
        ),
    ]
