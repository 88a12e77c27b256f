import django.db.models.deletion
import wagtail.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('wagtailcore', '0097_baselogentry_uuid_action_timestamp_indexes'),
    ]

    operations = [
        migrations.CreateModel(
            name='HomePage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.page')),
                ('heading', models.CharField(max_length=100)),
                ('lead', models.TextField(blank=True)),
                ('body', wagtail.fields.StreamField([('text', 0), ('cards', 4), ('facts', 8), ('contact_form', 10)], blank=True, block_lookup={0: ('wagtail.blocks.RichTextBlock', (), {'features': ['h2', 'h3', 'bold', 'italic', 'ol', 'ul', 'link']}), 1: ('wagtail.blocks.CharBlock', (), {'max_length': 80}), 2: ('wagtail.blocks.TextBlock', (), {}), 3: ('wagtail.blocks.StructBlock', [[('heading', 1), ('text', 2)]], {}), 4: ('wagtail.blocks.ListBlock', (3,), {'template': 'website/blocks/cards.html'}), 5: ('wagtail.blocks.CharBlock', (), {'max_length': 60}), 6: ('wagtail.blocks.CharBlock', (), {'max_length': 120}), 7: ('wagtail.blocks.StructBlock', [[('name', 5), ('value', 6)]], {}), 8: ('wagtail.blocks.ListBlock', (7,), {'icon': 'list-ul', 'template': 'website/blocks/facts.html'}), 9: ('wagtail.snippets.blocks.SnippetChooserBlock', ('wagtail_helpdesk.ContactForm',), {'label': 'Form'}), 10: ('wagtail.blocks.StructBlock', [[('form', 9)]], {})})),
            ],
            options={
                'abstract': False,
            },
            bases=('wagtailcore.page',),
        ),
        migrations.CreateModel(
            name='ProductPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.page')),
                ('tagline', models.CharField(max_length=200)),
                ('price', models.CharField(max_length=20)),
                ('drawing', models.CharField(choices=[('lamp-front.svg', 'Front light'), ('lamp-rear.svg', 'Rear light')], max_length=20)),
                ('body', wagtail.fields.StreamField([('text', 0), ('cards', 4), ('facts', 8), ('contact_form', 10)], blank=True, block_lookup={0: ('wagtail.blocks.RichTextBlock', (), {'features': ['h2', 'h3', 'bold', 'italic', 'ol', 'ul', 'link']}), 1: ('wagtail.blocks.CharBlock', (), {'max_length': 80}), 2: ('wagtail.blocks.TextBlock', (), {}), 3: ('wagtail.blocks.StructBlock', [[('heading', 1), ('text', 2)]], {}), 4: ('wagtail.blocks.ListBlock', (3,), {'template': 'website/blocks/cards.html'}), 5: ('wagtail.blocks.CharBlock', (), {'max_length': 60}), 6: ('wagtail.blocks.CharBlock', (), {'max_length': 120}), 7: ('wagtail.blocks.StructBlock', [[('name', 5), ('value', 6)]], {}), 8: ('wagtail.blocks.ListBlock', (7,), {'icon': 'list-ul', 'template': 'website/blocks/facts.html'}), 9: ('wagtail.snippets.blocks.SnippetChooserBlock', ('wagtail_helpdesk.ContactForm',), {'label': 'Form'}), 10: ('wagtail.blocks.StructBlock', [[('form', 9)]], {})})),
            ],
            options={
                'abstract': False,
            },
            bases=('wagtailcore.page',),
        ),
        migrations.CreateModel(
            name='TextPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.page')),
                ('body', wagtail.fields.StreamField([('text', 0), ('cards', 4), ('facts', 8), ('contact_form', 10)], blank=True, block_lookup={0: ('wagtail.blocks.RichTextBlock', (), {'features': ['h2', 'h3', 'bold', 'italic', 'ol', 'ul', 'link']}), 1: ('wagtail.blocks.CharBlock', (), {'max_length': 80}), 2: ('wagtail.blocks.TextBlock', (), {}), 3: ('wagtail.blocks.StructBlock', [[('heading', 1), ('text', 2)]], {}), 4: ('wagtail.blocks.ListBlock', (3,), {'template': 'website/blocks/cards.html'}), 5: ('wagtail.blocks.CharBlock', (), {'max_length': 60}), 6: ('wagtail.blocks.CharBlock', (), {'max_length': 120}), 7: ('wagtail.blocks.StructBlock', [[('name', 5), ('value', 6)]], {}), 8: ('wagtail.blocks.ListBlock', (7,), {'icon': 'list-ul', 'template': 'website/blocks/facts.html'}), 9: ('wagtail.snippets.blocks.SnippetChooserBlock', ('wagtail_helpdesk.ContactForm',), {'label': 'Form'}), 10: ('wagtail.blocks.StructBlock', [[('form', 9)]], {})})),
            ],
            options={
                'abstract': False,
            },
            bases=('wagtailcore.page',),
        ),
    ]
