import django.db.models.deletion
import modelcluster.contrib.taggit
import modelcluster.fields
import swapper
import wagtail.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        swapper.dependency("wagtailcore", "Page"),
        ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="HelpArticlePage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to=swapper.get_model_name("wagtailcore", "Page"),
                    ),
                ),
                (
                    "summary",
                    models.CharField(
                        blank=True,
                        help_text="One or two sentences for lists and search engines.",
                        max_length=300,
                        verbose_name="summary",
                    ),
                ),
                (
                    "body",
                    wagtail.fields.StreamField(
                        [("paragraph", 0), ("image", 1), ("faq_list", 7)],
                        blank=True,
                        block_lookup={
                            0: (
                                "wagtail.blocks.RichTextBlock",
                                (),
                                {
                                    "features": [
                                        "h2",
                                        "h3",
                                        "bold",
                                        "italic",
                                        "ol",
                                        "ul",
                                        "hr",
                                        "link",
                                        "document-link",
                                    ],
                                    "label": "Text",
                                },
                            ),
                            1: (
                                "wagtail.images.blocks.ImageChooserBlock",
                                (),
                                {
                                    "icon": "image",
                                    "label": "Image",
                                    "template": "wagtail_helpdesk/knowledge_base/image_block.html",
                                },
                            ),
                            2: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "Heading", "max_length": 255, "required": False},
                            ),
                            3: ("wagtail.blocks.CharBlock", (), {"label": "Question", "max_length": 255}),
                            4: (
                                "wagtail.blocks.RichTextBlock",
                                (),
                                {
                                    "features": [
                                        "h2",
                                        "h3",
                                        "bold",
                                        "italic",
                                        "ol",
                                        "ul",
                                        "hr",
                                        "link",
                                        "document-link",
                                    ],
                                    "label": "Answer",
                                },
                            ),
                            5: ("wagtail.blocks.StructBlock", [[("question", 3), ("answer", 4)]], {}),
                            6: ("wagtail.blocks.ListBlock", (5,), {"label": "Questions"}),
                            7: ("wagtail.blocks.StructBlock", [[("heading", 2), ("entries", 6)]], {}),
                        },
                        verbose_name="body",
                    ),
                ),
                (
                    "in_faq",
                    models.BooleanField(
                        default=False,
                        help_text="Shows the title and the text as question and answer on the front page of the help centre.",
                        verbose_name="frequently asked",
                    ),
                ),
            ],
            options={
                "verbose_name": "help article",
                "verbose_name_plural": "help articles",
            },
            bases=(swapper.get_model_name("wagtailcore", "Page").lower(), models.Model),
        ),
        migrations.CreateModel(
            name="HelpCentrePage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to=swapper.get_model_name("wagtailcore", "Page"),
                    ),
                ),
                ("intro", models.TextField(blank=True, verbose_name="introduction")),
            ],
            options={
                "verbose_name": "help centre",
                "verbose_name_plural": "help centres",
            },
            bases=(swapper.get_model_name("wagtailcore", "Page").lower(), models.Model),
        ),
        migrations.CreateModel(
            name="HelpSectionPage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to=swapper.get_model_name("wagtailcore", "Page"),
                    ),
                ),
                ("intro", models.TextField(blank=True, verbose_name="introduction")),
            ],
            options={
                "verbose_name": "help section",
                "verbose_name_plural": "help sections",
            },
            bases=(swapper.get_model_name("wagtailcore", "Page").lower(), models.Model),
        ),
        migrations.CreateModel(
            name="HelpArticleTag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "content_object",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tagged_items",
                        to="wagtail_helpdesk_pages.helparticlepage",
                    ),
                ),
                (
                    "tag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(app_label)s_%(class)s_items",
                        to="taggit.tag",
                    ),
                ),
            ],
            options={
                "verbose_name": "tagged help article",
                "verbose_name_plural": "tagged help articles",
            },
        ),
        migrations.AddField(
            model_name="helparticlepage",
            name="tags",
            field=modelcluster.contrib.taggit.ClusterTaggableManager(
                blank=True,
                help_text="A comma-separated list of tags.",
                through="wagtail_helpdesk_pages.HelpArticleTag",
                to="taggit.Tag",
                verbose_name="tags",
            ),
        ),
    ]
