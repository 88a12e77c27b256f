import uuid

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import modelcluster.contrib.taggit
import modelcluster.fields
import modelsearch.index
import swapper
import taggit.managers
import wagtail.fields
import wagtail.models.preview
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        swapper.dependency("wagtailcore", "Page"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AddressSuppression",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address_hash", models.CharField(max_length=64, unique=True)),
                ("reason", models.CharField(max_length=40)),
                ("until", models.DateTimeField()),
            ],
            options={
                "verbose_name": "suppressed address",
                "verbose_name_plural": "suppressed addresses",
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=32, unique=True)),
                ("storage_key", models.CharField(db_index=True, max_length=100)),
                ("sha256", models.CharField(max_length=64)),
                ("display_name", models.CharField(max_length=150, verbose_name="file name")),
                ("declared_type", models.CharField(blank=True, max_length=150)),
                ("sniffed_type", models.CharField(max_length=100, verbose_name="type")),
                ("size", models.PositiveBigIntegerField(verbose_name="size in bytes")),
                ("content_id", models.CharField(blank=True, max_length=250)),
                ("disposition", models.CharField(default="attachment", max_length=10)),
                ("hidden", models.BooleanField(default=False)),
                (
                    "scan_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not scanned"),
                            ("pending", "Waiting to be scanned"),
                            ("clean", "Clean"),
                            ("infected", "Infected"),
                        ],
                        db_index=True,
                        max_length=8,
                    ),
                ),
            ],
            options={
                "verbose_name": "attachment",
                "verbose_name_plural": "attachments",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="MailAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "provider",
                    models.CharField(
                        choices=[("google", "Google"), ("microsoft", "Microsoft 365")],
                        max_length=20,
                        verbose_name="provider",
                    ),
                ),
                (
                    "grant",
                    models.CharField(
                        choices=[("consent", "A person's consent"), ("application", "The application itself")],
                        default="consent",
                        max_length=20,
                        verbose_name="grant",
                    ),
                ),
                (
                    "username",
                    models.CharField(help_text="The address of the mailbox.", max_length=254, verbose_name="user name"),
                ),
                (
                    "tenant",
                    models.CharField(
                        blank=True, help_text="Microsoft 365 only.", max_length=100, verbose_name="tenant"
                    ),
                ),
                ("client_id", models.CharField(max_length=300, verbose_name="client ID")),
                ("client_secret", models.TextField(blank=True, editable=False)),
                ("refresh_token", models.TextField(blank=True, editable=False)),
                ("access_token", models.TextField(blank=True, editable=False)),
                ("access_expires_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "secret_expires_at",
                    models.DateField(
                        blank=True,
                        help_text="You are warned 30, 7 and 1 days before.",
                        null=True,
                        verbose_name="client secret expires on",
                    ),
                ),
                ("needs_consent", models.BooleanField(default=True, editable=False)),
                ("last_error", models.CharField(blank=True, editable=False, max_length=200)),
                ("lease_owner", models.CharField(blank=True, editable=False, max_length=60)),
                ("lease_until", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "verbose_name": "mail account",
                "verbose_name_plural": "mail accounts",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("domains", models.JSONField(blank=True, default=list, verbose_name="mail domains")),
            ],
            options={
                "verbose_name": "organisation",
                "verbose_name_plural": "organisations",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Priority",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "level",
                    models.IntegerField(default=0, help_text="Higher goes first; 0 is ordinary.", verbose_name="level"),
                ),
                ("is_default", models.BooleanField(default=False, verbose_name="default")),
            ],
            options={
                "verbose_name": "priority",
                "verbose_name_plural": "priorities",
                "ordering": ["-level", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PushKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public", models.CharField(max_length=100)),
                ("private", models.TextField(editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "push key",
                "verbose_name_plural": "push keys",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="RawMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("content", models.BinaryField()),
            ],
            options={
                "verbose_name": "raw mail",
                "verbose_name_plural": "raw mails",
            },
        ),
        migrations.CreateModel(
            name="TicketTag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
            ],
            options={
                "verbose_name": "ticket tag",
                "verbose_name_plural": "ticket tags",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="TicketType",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("sort_order", models.PositiveIntegerField(default=0, verbose_name="order")),
            ],
            options={
                "verbose_name": "ticket type",
                "verbose_name_plural": "ticket types",
                "ordering": ["sort_order", "name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="WorkerBeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("owner", models.CharField(max_length=60, unique=True)),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "worker",
                "verbose_name_plural": "workers",
            },
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField(verbose_name="away from")),
                ("ends_at", models.DateTimeField(verbose_name="away until")),
                ("time_zone", models.CharField(max_length=64)),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="a word for colleagues")),
                (
                    "substitute",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="helpdesk_stands_in",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="substitute",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="helpdesk_absence",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="agent",
                    ),
                ),
            ],
            options={
                "verbose_name": "absence",
                "verbose_name_plural": "absences",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(blank=True, max_length=200, verbose_name="name")),
                ("language", models.CharField(blank=True, max_length=20, verbose_name="language")),
                ("time_zone", models.CharField(blank=True, max_length=63, verbose_name="time zone")),
                ("is_vip", models.BooleanField(default=False, verbose_name="VIP")),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                ("images_allowed", models.BooleanField(default=False, verbose_name="show images")),
                ("erased_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wagtail_helpdesk.contact",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="helpdesk_contacts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="site user",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="wagtail_helpdesk.organisation",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "contact",
                "verbose_name_plural": "contacts",
            },
        ),
        migrations.CreateModel(
            name="ContactEmail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.CharField(max_length=254, verbose_name="address")),
                ("address_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("verified_at", models.DateTimeField(blank=True, null=True, verbose_name="verified at")),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="emails",
                        to="wagtail_helpdesk.contact",
                    ),
                ),
            ],
            options={
                "verbose_name": "contact's address",
                "verbose_name_plural": "contacts' addresses",
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "mode",
                    models.CharField(
                        choices=[("reply", "Reply"), ("note", "Internal note"), ("forward", "Forward")], max_length=10
                    ),
                ),
                ("body", models.TextField(blank=True)),
                ("preview", models.CharField(blank=True, max_length=200)),
                ("choices", models.JSONField(blank=True, default=dict)),
                ("version", models.PositiveIntegerField(default=1)),
                ("discarded_at", models.DateTimeField(blank=True, db_index=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="helpdesk_drafts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "draft",
                "verbose_name_plural": "drafts",
            },
        ),
        migrations.CreateModel(
            name="DraftFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=32, unique=True)),
                ("storage_key", models.CharField(db_index=True, max_length=100)),
                ("sha256", models.CharField(max_length=64)),
                ("display_name", models.CharField(max_length=150, verbose_name="file name")),
                ("declared_type", models.CharField(blank=True, max_length=150)),
                ("sniffed_type", models.CharField(max_length=100, verbose_name="type")),
                ("size", models.PositiveBigIntegerField(verbose_name="size in bytes")),
                ("content_id", models.CharField(blank=True, max_length=250)),
                ("inline", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="files", to="wagtail_helpdesk.draft"
                    ),
                ),
            ],
            options={
                "verbose_name": "file of a draft",
                "verbose_name_plural": "files of drafts",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="FileText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(blank=True)),
                ("due", models.DateTimeField(db_index=True, null=True)),
                (
                    "attachment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_text",
                        to="wagtail_helpdesk.attachment",
                    ),
                ),
            ],
            options={
                "verbose_name": "text of a file",
                "verbose_name_plural": "texts of files",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="InboxPreference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pinned", models.JSONField(default=list)),
                ("opens_with", models.CharField(blank=True, max_length=60)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "inbox preference",
                "verbose_name_plural": "inbox preferences",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="IndexTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ticket_id", models.PositiveBigIntegerField()),
                ("message_id", models.PositiveBigIntegerField(blank=True, null=True)),
                ("whole", models.BooleanField(default=False)),
                ("later", models.BooleanField(default=False)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("owner", models.CharField(blank=True, db_index=True, max_length=32)),
                ("lease", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "index task",
                "verbose_name_plural": "index tasks",
                "indexes": [models.Index(fields=["later", "id"], name="helpdesk_index_task")],
            },
        ),
        migrations.CreateModel(
            name="LastSeen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seen_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="helpdesk_last_seen",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "sign of life",
                "verbose_name_plural": "signs of life",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Macro",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("me", "Only me"),
                            ("team", "A team"),
                            ("mailbox", "Tickets of a mailbox"),
                            ("everyone", "Everyone"),
                        ],
                        default="me",
                        max_length=8,
                        verbose_name="for whom",
                    ),
                ),
                ("use_count", models.PositiveIntegerField(default=0, editable=False, verbose_name="used")),
                ("used_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last used")),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                ("description", models.CharField(blank=True, max_length=200, verbose_name="what it is for")),
                ("is_active", models.BooleanField(default=True, verbose_name="can be run")),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "macro",
                "verbose_name_plural": "macros",
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="MacroQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sort_order", models.IntegerField(blank=True, editable=False, null=True)),
                (
                    "name",
                    models.CharField(
                        help_text="Texts and values of the actions name the answer by it: {{ ask.amount }}.",
                        max_length=30,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z_]*$", "Use small letters from a to z and “_” only."
                            )
                        ],
                        verbose_name="name",
                    ),
                ),
                ("label", models.CharField(max_length=100, verbose_name="question")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("text", "Text"),
                            ("choice", "One of several"),
                            ("date", "Date"),
                            ("status", "A status"),
                            ("priority", "A priority"),
                            ("team", "A team"),
                            ("assignee", "An agent, or nobody"),
                            ("type", "A ticket type"),
                        ],
                        default="text",
                        max_length=8,
                        verbose_name="answer",
                    ),
                ),
                ("options", models.TextField(blank=True, help_text="One in each line.", verbose_name="choices")),
                ("required", models.BooleanField(default=True, verbose_name="has to be answered")),
                (
                    "macro",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="questions",
                        to="wagtail_helpdesk.macro",
                    ),
                ),
            ],
            options={
                "verbose_name": "question",
                "verbose_name_plural": "questions",
                "ordering": ["sort_order"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Mailbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        help_text="Shown to customers as the sender.", max_length=100, verbose_name="name"
                    ),
                ),
                ("address", models.CharField(max_length=254, verbose_name="address")),
                ("address_hash", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "aliases",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Further addresses whose mail arrives here.",
                        verbose_name="aliases",
                    ),
                ),
                ("language", models.CharField(blank=True, max_length=20, verbose_name="language")),
                (
                    "signature",
                    models.TextField(
                        blank=True,
                        help_text="Stands under every reply. {agent} is the agent's name, {team} the team's.",
                        verbose_name="signature",
                    ),
                ),
                (
                    "reopen_days",
                    models.PositiveIntegerField(
                        default=14,
                        help_text="An answer within these days reopens a ticket; a later one opens a new ticket.",
                        verbose_name="days to reopen",
                    ),
                ),
                (
                    "close_after_days",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="A ticket that waits for its customer is resolved by itself when nobody has written for so many days. Empty or 0: never. Counts for those that wait already, too.",
                        null=True,
                        verbose_name="close pending tickets after days of silence",
                    ),
                ),
                (
                    "warn_before_days",
                    models.PositiveIntegerField(
                        blank=True,
                        default=3,
                        help_text="So many days before, the customer gets a mail that says so. 0: no warning; none is sent either where new tickets are not acknowledged.",
                        verbose_name="warn the customer days before",
                    ),
                ),
                (
                    "is_default",
                    models.BooleanField(
                        default=False,
                        help_text="Answers for tickets that came without a mailbox.",
                        verbose_name="default",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtailcore.site",
                        verbose_name="site",
                    ),
                ),
            ],
            options={
                "verbose_name": "mailbox",
                "verbose_name_plural": "mailboxes",
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="macro",
            name="mailbox",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="wagtail_helpdesk.mailbox",
                verbose_name="mailbox",
            ),
        ),
        migrations.CreateModel(
            name="InboundMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("raw_sha256", models.CharField(db_index=True, max_length=64)),
                ("raw_ref", models.CharField(blank=True, max_length=120)),
                ("size", models.PositiveBigIntegerField(verbose_name="size in bytes")),
                ("dedupe_scope", models.CharField(blank=True, max_length=20)),
                ("dedupe_key", models.CharField(max_length=64)),
                ("message_id_header_hash", models.CharField(blank=True, db_index=True, max_length=64)),
                ("message_id_header", models.TextField(blank=True, verbose_name="Message-ID")),
                ("twin_hash", models.CharField(blank=True, db_index=True, max_length=64)),
                ("from_header", models.CharField(blank=True, max_length=300, verbose_name="from")),
                ("subject", models.CharField(blank=True, max_length=500, verbose_name="subject")),
                ("envelope", models.JSONField(blank=True, default=dict)),
                ("origin", models.CharField(max_length=20, verbose_name="origin")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "Waiting"),
                            ("processing", "Being read"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="received",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("lease_owner", models.CharField(blank=True, max_length=60)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("opened", "Opened a ticket"),
                            ("appended", "Added to a ticket"),
                            ("duplicate", "Duplicate"),
                            ("report", "Delivery report"),
                            ("own_copy", "Copy of our own mail"),
                            ("auto_reply", "Automatic reply"),
                            ("quarantined", "Quarantined as spam"),
                            ("no_mailbox", "No mailbox for it"),
                            ("held", "Held for a decision"),
                            ("noted", "Added as a note"),
                            ("discarded", "Discarded"),
                            ("failed", "Failed"),
                        ],
                        max_length=12,
                        verbose_name="outcome",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("trace", models.JSONField(blank=True, default=list, verbose_name="decision trace")),
                ("classification", models.JSONField(blank=True, default=list, verbose_name="classification")),
                ("auth", models.JSONField(blank=True, default=dict, verbose_name="authentication")),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="received at")),
                ("accepted_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("processed_at", models.DateTimeField(blank=True, null=True, verbose_name="processed at")),
                (
                    "mailbox",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inbound_mails",
                        to="wagtail_helpdesk.mailbox",
                        verbose_name="mailbox",
                    ),
                ),
            ],
            options={
                "verbose_name": "arrived mail",
                "verbose_name_plural": "arrived mails",
            },
        ),
        migrations.CreateModel(
            name="InboundDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("origin", models.CharField(max_length=20)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "inbound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="wagtail_helpdesk.inboundmail",
                    ),
                ),
                (
                    "mailbox",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wagtail_helpdesk.mailbox",
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery",
                "verbose_name_plural": "deliveries",
            },
        ),
        migrations.CreateModel(
            name="MailboxOptions",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "acknowledge",
                    models.BooleanField(
                        default=True,
                        help_text="Sends the tracking link to whoever opens a ticket.",
                        verbose_name="acknowledge new tickets",
                    ),
                ),
                (
                    "plus_addressing",
                    models.BooleanField(
                        default=False,
                        help_text="The mail server delivers support+anything@… to support@…: answers find their ticket by address.",
                        verbose_name="plus addressing",
                    ),
                ),
                (
                    "sender_name",
                    models.CharField(
                        choices=[
                            ("agent_via_team", "Agent via mailbox name"),
                            ("team", "Mailbox name only"),
                            ("agent", "Agent only"),
                        ],
                        default="agent_via_team",
                        max_length=20,
                        verbose_name="sender's name",
                    ),
                ),
                (
                    "quote_history",
                    models.CharField(
                        choices=[("none", "None"), ("last", "The last one"), ("all", "All")],
                        default="last",
                        help_text="Which earlier public messages stand below a reply.",
                        max_length=4,
                        verbose_name="quoted history",
                    ),
                ),
                (
                    "web_form_senders",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Addresses of forms elsewhere that write in somebody's name: Reply-To says who it is.",
                        verbose_name="web form senders",
                    ),
                ),
                (
                    "trusted_authserv_ids",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Names that your mail server writes into Authentication-Results. Agents can answer by mail only where one is trusted.",
                        verbose_name="trusted authentication servers",
                    ),
                ),
                (
                    "trusts_microsoft",
                    models.BooleanField(
                        default=False,
                        help_text="Microsoft writes its results without a name: trust the topmost ones.",
                        verbose_name="received by Microsoft 365",
                    ),
                ),
                (
                    "strict_threading",
                    models.BooleanField(
                        default=False,
                        help_text="An answer from an address that takes no part opens a linked ticket instead of joining.",
                        verbose_name="new ticket for outside senders",
                    ),
                ),
                (
                    "auto_replies_open_tickets",
                    models.BooleanField(
                        default=False,
                        help_text="Automatic replies that belong to no ticket open one; else they stand in the mail log only.",
                        verbose_name="tickets for automatic replies",
                    ),
                ),
                (
                    "bounce_address",
                    models.CharField(
                        blank=True,
                        help_text="An address with plus addressing whose mail arrives here: reports come back to a form of it.",
                        max_length=254,
                        verbose_name="bounce address",
                    ),
                ),
                (
                    "retry_uncertain",
                    models.BooleanField(
                        default=False,
                        help_text="A mail whose fate is unknown is sent once more, at the risk of arriving twice.",
                        verbose_name="send again when unsure",
                    ),
                ),
                (
                    "canary",
                    models.BooleanField(
                        default=False,
                        help_text="Every hour the mailbox sends a mail to itself. The mail health says so when one is not back after a quarter of an hour.",
                        verbose_name="hourly test",
                    ),
                ),
                (
                    "mailbox",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mail_options",
                        to="wagtail_helpdesk.mailbox",
                    ),
                ),
            ],
            options={
                "verbose_name": "mail options",
                "verbose_name_plural": "mail options",
            },
        ),
        migrations.CreateModel(
            name="MailSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20, verbose_name="kind")),
                ("host", models.CharField(blank=True, max_length=253, verbose_name="server")),
                ("port", models.PositiveIntegerField(blank=True, null=True, verbose_name="port")),
                (
                    "security",
                    models.CharField(
                        choices=[("tls", "TLS"), ("starttls", "STARTTLS"), ("none", "None (this machine only)")],
                        default="tls",
                        max_length=8,
                        verbose_name="security",
                    ),
                ),
                ("username", models.CharField(blank=True, max_length=254, verbose_name="user name")),
                ("password", models.TextField(blank=True, editable=False)),
                ("settings", models.JSONField(blank=True, default=dict)),
                (
                    "start_from",
                    models.CharField(
                        choices=[("now", "Only mail from now on"), ("days", "Also the mail of the last days")],
                        default="now",
                        max_length=4,
                        verbose_name="begin with",
                    ),
                ),
                ("start_days", models.PositiveIntegerField(default=7, verbose_name="days")),
                (
                    "post_action",
                    models.CharField(
                        choices=[
                            ("mark", "Mark as read"),
                            ("move", "Move to a folder"),
                            ("delete", "Delete"),
                            ("keep", "Leave as it is"),
                        ],
                        default="mark",
                        max_length=6,
                        verbose_name="mail that was taken",
                    ),
                ),
                ("move_to", models.CharField(blank=True, max_length=200, verbose_name="folder to move it to")),
                (
                    "waits_for_news",
                    models.BooleanField(
                        default=False,
                        help_text="Needs a worker of its own: helpdesk_mail idle.",
                        verbose_name="wait for news (IDLE)",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "Active"), ("paused", "Paused"), ("consent", "Needs consent again")],
                        default="active",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("next_fetch_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "last_attempt_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last attempt"),
                ),
                (
                    "last_ok_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last success"),
                ),
                ("failures", models.PositiveIntegerField(default=0, editable=False)),
                ("last_error", models.CharField(blank=True, editable=False, max_length=200, verbose_name="last error")),
                ("warnings", models.JSONField(blank=True, default=list, editable=False)),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sources",
                        to="wagtail_helpdesk.mailaccount",
                        verbose_name="account",
                    ),
                ),
                (
                    "mailbox",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sources",
                        to="wagtail_helpdesk.mailbox",
                        verbose_name="mailbox",
                    ),
                ),
            ],
            options={
                "verbose_name": "mail source",
                "verbose_name_plural": "mail sources",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="MailTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("reply", "Reply"),
                            ("forward", "Forwarded to a third party"),
                            ("ack", "Acknowledgement"),
                            ("closing", "Warning before a ticket closes"),
                            ("notice", "Notice to an agent"),
                            ("digest", "Digest for an agent"),
                            ("probe", "Probe"),
                            ("canary", "Hourly test"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("language", models.CharField(max_length=20, verbose_name="language")),
                ("subject", models.CharField(blank=True, max_length=300, verbose_name="subject")),
                ("text", models.TextField(verbose_name="text")),
                (
                    "mailbox",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="wagtail_helpdesk.mailbox",
                        verbose_name="mailbox",
                    ),
                ),
            ],
            options={
                "verbose_name": "mail text",
                "verbose_name_plural": "mail texts",
                "ordering": ["kind", "language", "pk"],
            },
        ),
        migrations.CreateModel(
            name="MailTransport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(default="site", max_length=20, verbose_name="sends over")),
                ("host", models.CharField(blank=True, max_length=253, verbose_name="server")),
                ("port", models.PositiveIntegerField(blank=True, null=True, verbose_name="port")),
                (
                    "security",
                    models.CharField(
                        choices=[("tls", "TLS"), ("starttls", "STARTTLS"), ("none", "None (this machine only)")],
                        default="starttls",
                        max_length=8,
                        verbose_name="security",
                    ),
                ),
                ("username", models.CharField(blank=True, max_length=254, verbose_name="user name")),
                ("password", models.TextField(blank=True, editable=False)),
                (
                    "per_minute",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="At most so many. Empty for no limit.",
                        null=True,
                        verbose_name="mails a minute",
                    ),
                ),
                ("paused_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("pause_reason", models.CharField(blank=True, editable=False, max_length=200)),
                ("next_probe_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "last_ok_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last success"),
                ),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transports",
                        to="wagtail_helpdesk.mailaccount",
                        verbose_name="account",
                    ),
                ),
                (
                    "mailbox",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mail_transport",
                        to="wagtail_helpdesk.mailbox",
                    ),
                ),
            ],
            options={
                "verbose_name": "mail transport",
                "verbose_name_plural": "mail transports",
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "direction",
                    models.CharField(
                        choices=[("inbound", "Inbound"), ("outbound", "Outbound"), ("internal", "Internal")],
                        max_length=8,
                        verbose_name="direction",
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[("public", "Public"), ("internal", "Internal")],
                        max_length=8,
                        verbose_name="visibility",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for approval"),
                            ("scheduled", "Scheduled"),
                            ("published", "Published"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="published",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("email", "E-mail"),
                            ("form", "Contact form"),
                            ("portal", "Tracking page"),
                            ("agent", "Agent"),
                            ("phone", "Phone"),
                            ("in_person", "In person"),
                        ],
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                ("author_name", models.CharField(blank=True, max_length=200, verbose_name="author")),
                ("from_address", models.CharField(blank=True, max_length=254, verbose_name="from")),
                ("subject", models.CharField(blank=True, max_length=500, verbose_name="subject")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("html", models.TextField(blank=True, verbose_name="HTML")),
                ("reply_text", models.TextField(blank=True, verbose_name="new words")),
                ("reply_html", models.TextField(blank=True, verbose_name="new words as HTML")),
                ("sanitizer_version", models.PositiveIntegerField(default=0)),
                ("remote_images", models.PositiveIntegerField(default=0)),
                ("images_allowed", models.BooleanField(default=False)),
                ("sender_auth", models.CharField(blank=True, max_length=8)),
                ("cards", models.JSONField(blank=True, default=list)),
                ("flags", models.JSONField(blank=True, default=list)),
                ("redacted_at", models.DateTimeField(blank=True, null=True)),
                ("redacted_by", models.CharField(blank=True, max_length=200)),
                ("removed_files", models.PositiveSmallIntegerField(default=0)),
                ("recipients", models.JSONField(blank=True, default=dict)),
                ("mailing", models.JSONField(blank=True, default=dict)),
                ("publish_at", models.DateTimeField(blank=True, null=True)),
                ("external_key", models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent at")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="created at")),
                (
                    "author_contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="helpdesk_messages",
                        to="wagtail_helpdesk.contact",
                    ),
                ),
                (
                    "author_user",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="helpdesk_messages",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
            },
        ),
        migrations.AddField(
            model_name="inboundmail",
            name="message",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="inbound_mails",
                to="wagtail_helpdesk.message",
            ),
        ),
        migrations.AddField(
            model_name="attachment",
            name="message",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="attachments", to="wagtail_helpdesk.message"
            ),
        ),
        migrations.CreateModel(
            name="NoticePreference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("choices", models.JSONField(blank=True, default=dict)),
                ("mailboxes", models.JSONField(blank=True, default=dict)),
                ("watch_replied", models.BooleanField(default=False)),
                ("show_subject", models.BooleanField(default=True)),
                (
                    "rhythm",
                    models.CharField(
                        choices=[
                            ("at_once", "At once"),
                            ("hourly", "In one mail an hour"),
                            ("daily", "In one mail each morning"),
                        ],
                        default="at_once",
                        max_length=8,
                        verbose_name="mails",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="helpdesk_notice_preference",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "notice preference",
                "verbose_name_plural": "notice preferences",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="OutboundMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=12, unique=True)),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("customer", "Customer"),
                            ("third", "Third party"),
                            ("agent", "Agent"),
                            ("system", "The desk itself"),
                        ],
                        max_length=10,
                        verbose_name="audience",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("reply", "Reply"),
                            ("forward", "Forwarded to a third party"),
                            ("ack", "Acknowledgement"),
                            ("closing", "Warning before a ticket closes"),
                            ("notice", "Notice to an agent"),
                            ("digest", "Digest for an agent"),
                            ("probe", "Probe"),
                            ("canary", "Hourly test"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("purpose_key", models.CharField(max_length=64, unique=True)),
                ("queue_key", models.CharField(max_length=64)),
                (
                    "message_visibility",
                    models.CharField(
                        choices=[("public", "Public"), ("internal", "Internal")], default="public", max_length=8
                    ),
                ),
                ("message_id_header", models.CharField(max_length=120, unique=True, verbose_name="Message-ID")),
                ("subject", models.CharField(max_length=600, verbose_name="subject")),
                ("from_header", models.CharField(max_length=400)),
                ("reply_to", models.CharField(blank=True, max_length=400)),
                ("envelope_from", models.CharField(blank=True, max_length=320)),
                ("headers", models.JSONField(default=list)),
                ("text", models.TextField(blank=True)),
                ("html", models.TextField(blank=True)),
                ("attachment_ids", models.JSONField(blank=True, default=list)),
                ("language", models.CharField(blank=True, max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("claimed", "Being prepared"),
                            ("transmitting", "Being sent"),
                            ("sent", "Sent"),
                            ("partial", "Sent to some recipients"),
                            ("retry", "Will be tried again"),
                            ("uncertain", "May not have been sent"),
                            ("failed", "Not sent"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                ("next_try_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="next try")),
                ("lease_owner", models.CharField(blank=True, max_length=60)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.CharField(blank=True, max_length=200, verbose_name="last error")),
                ("provider_id", models.CharField(blank=True, db_index=True, max_length=250)),
                ("uncertain_at", models.DateTimeField(blank=True, null=True)),
                ("warned_at", models.DateTimeField(blank=True, null=True)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="created at")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent at")),
                (
                    "mailbox",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outbound_mails",
                        to="wagtail_helpdesk.mailbox",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outbound_mails",
                        to="wagtail_helpdesk.message",
                    ),
                ),
            ],
            options={
                "verbose_name": "outgoing mail",
                "verbose_name_plural": "outgoing mails",
            },
        ),
        migrations.CreateModel(
            name="OutboundRecipient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("to", "To"), ("cc", "Cc"), ("bcc", "Bcc")], max_length=3)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("address", models.CharField(blank=True, max_length=254, verbose_name="address")),
                ("address_hash", models.CharField(db_index=True, max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("accepted", "Accepted by the mail server"),
                            ("refused_temp", "Refused for now"),
                            ("refused_perm", "Refused"),
                            ("delayed", "Delayed"),
                            ("delivered", "Delivered"),
                            ("bounced", "Came back"),
                            ("complained", "Reported as spam"),
                        ],
                        default="pending",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("smtp_code", models.PositiveIntegerField(blank=True, null=True, verbose_name="SMTP code")),
                ("status_code", models.CharField(blank=True, max_length=12, verbose_name="status code")),
                ("diagnostic", models.CharField(blank=True, max_length=500, verbose_name="diagnostic")),
                (
                    "outbound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recipients",
                        to="wagtail_helpdesk.outboundmail",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "recipient",
                "verbose_name_plural": "recipients",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="DeliveryEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("delivered", "Delivered"),
                            ("delayed", "Delayed"),
                            ("bounced", "Came back"),
                            ("rejected", "Rejected"),
                            ("complained", "Reported as spam"),
                            ("read", "Read"),
                            ("auto_replied", "Answered automatically"),
                            ("own_copy", "Seen in the folder of sent mail"),
                        ],
                        max_length=12,
                        verbose_name="what",
                    ),
                ),
                ("witness", models.CharField(max_length=12)),
                ("verified", models.BooleanField(default=True)),
                ("status_code", models.CharField(blank=True, max_length=12)),
                ("diagnostic", models.CharField(blank=True, max_length=500)),
                ("event_key", models.CharField(max_length=64, unique=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
                (
                    "inbound",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtail_helpdesk.inboundmail",
                    ),
                ),
                (
                    "outbound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="delivery_events",
                        to="wagtail_helpdesk.outboundmail",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="delivery_events",
                        to="wagtail_helpdesk.outboundrecipient",
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery event",
                "verbose_name_plural": "delivery events",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PushSubscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("endpoint", models.TextField(editable=False)),
                ("endpoint_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("public_key", models.CharField(editable=False, max_length=100)),
                ("auth", models.TextField(editable=False)),
                ("user_agent", models.CharField(blank=True, editable=False, max_length=300)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("signed_in_until", models.DateTimeField()),
                ("session_hash", models.CharField(blank=True, editable=False, max_length=64)),
                ("last_ok_at", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("failing_since", models.DateTimeField(blank=True, null=True)),
                ("rests_until", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.CharField(blank=True, max_length=60)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="helpdesk_devices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "device for notices",
                "verbose_name_plural": "devices for notices",
                "ordering": ["created_at", "pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Push",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("topic", models.CharField(max_length=32)),
                ("notices", models.JSONField(default=list)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("next_try_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("attempts", models.PositiveIntegerField(default=0)),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pushes",
                        to="wagtail_helpdesk.pushsubscription",
                    ),
                ),
            ],
            options={
                "verbose_name": "push message",
                "verbose_name_plural": "push messages",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ReplyFolder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="wagtail_helpdesk.replyfolder",
                        verbose_name="inside",
                    ),
                ),
            ],
            options={
                "verbose_name": "folder of saved replies",
                "verbose_name_plural": "folders of saved replies",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="SavedReply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("translation_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("me", "Only me"),
                            ("team", "A team"),
                            ("mailbox", "Tickets of a mailbox"),
                            ("everyone", "Everyone"),
                        ],
                        default="me",
                        max_length=8,
                        verbose_name="for whom",
                    ),
                ),
                ("use_count", models.PositiveIntegerField(default=0, editable=False, verbose_name="used")),
                ("used_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last used")),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                (
                    "keywords",
                    models.CharField(
                        blank=True,
                        help_text="Words by which agents find it, beside those in it.",
                        max_length=200,
                        verbose_name="keywords",
                    ),
                ),
                ("body", wagtail.fields.RichTextField(blank=True, verbose_name="text")),
                (
                    "folder",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="saved_replies",
                        to="wagtail_helpdesk.replyfolder",
                        verbose_name="folder",
                    ),
                ),
                (
                    "locale",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wagtailcore.locale",
                        verbose_name="locale",
                    ),
                ),
                (
                    "mailbox",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="wagtail_helpdesk.mailbox",
                        verbose_name="mailbox",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "saved reply",
                "verbose_name_plural": "saved replies",
                "ordering": ["name", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SavedReplyFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("storage_key", models.CharField(db_index=True, max_length=100)),
                ("display_name", models.CharField(max_length=150, verbose_name="file name")),
                ("declared_type", models.CharField(blank=True, max_length=150)),
                ("size", models.PositiveBigIntegerField(verbose_name="size in bytes")),
                (
                    "saved_reply",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="wagtail_helpdesk.savedreply",
                    ),
                ),
            ],
            options={
                "verbose_name": "file of a saved reply",
                "verbose_name_plural": "files of saved replies",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="SendPreference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("then", models.CharField(blank=True, max_length=10)),
                ("after", models.CharField(blank=True, max_length=10)),
                ("approver", models.CharField(blank=True, max_length=40)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "preference for sending",
                "verbose_name_plural": "preferences for sending",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="SourceFolder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="folder")),
                ("name_hash", models.CharField(editable=False, max_length=64)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("inbox", "Mail from customers"),
                            ("sent", "Copies of what our people sent from their mail program"),
                        ],
                        default="inbox",
                        max_length=5,
                        verbose_name="contents",
                    ),
                ),
                ("uidvalidity", models.PositiveBigIntegerField(blank=True, editable=False, null=True)),
                ("last_uid", models.PositiveBigIntegerField(blank=True, editable=False, null=True)),
                ("started_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("since", models.DateTimeField(blank=True, editable=False, null=True)),
                ("first_uid", models.PositiveBigIntegerField(default=0, editable=False)),
                ("last_ok_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("last_sweep_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("backlog", models.PositiveIntegerField(default=0, editable=False)),
                ("lease_owner", models.CharField(blank=True, editable=False, max_length=60)),
                ("lease_until", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="folders",
                        to="wagtail_helpdesk.mailsource",
                    ),
                ),
            ],
            options={
                "verbose_name": "folder",
                "verbose_name_plural": "folders",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="InboundOrigin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key_hash", models.CharField(max_length=64)),
                ("uidvalidity", models.PositiveBigIntegerField(blank=True, null=True)),
                ("uid", models.PositiveBigIntegerField(blank=True, null=True)),
                (
                    "post_action_state",
                    models.CharField(
                        choices=[("pending", "To do"), ("done", "Done"), ("failed", "Failed")],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_try_at", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "inbound",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="origins",
                        to="wagtail_helpdesk.inboundmail",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="origins",
                        to="wagtail_helpdesk.mailsource",
                    ),
                ),
                (
                    "folder",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="origins",
                        to="wagtail_helpdesk.sourcefolder",
                    ),
                ),
            ],
            options={
                "verbose_name": "origin of a mail",
                "verbose_name_plural": "origins of mails",
            },
        ),
        migrations.CreateModel(
            name="Status",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="label for agents")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("open", "Open"),
                            ("pending", "Pending"),
                            ("resolved", "Resolved"),
                            ("closed", "Closed"),
                            ("spam", "Spam"),
                            ("trash", "Trash"),
                        ],
                        max_length=10,
                        verbose_name="category",
                    ),
                ),
                ("sort_order", models.PositiveIntegerField(default=0, verbose_name="order")),
                (
                    "is_default",
                    models.BooleanField(
                        default=False,
                        help_text="Set when the desk itself moves a ticket there.",
                        verbose_name="default of its category",
                    ),
                ),
                (
                    "next_statuses",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The statuses that people may choose for a ticket that has this one. Choose none to allow all. Spam, trash and the way back from there are always open, and so is what a customer's answer reopens.",
                        related_name="previous_statuses",
                        to="wagtail_helpdesk.status",
                        verbose_name="a person may go on to",
                    ),
                ),
            ],
            options={
                "verbose_name": "status",
                "verbose_name_plural": "statuses",
                "ordering": ["sort_order", "pk"],
            },
        ),
        migrations.AddField(
            model_name="savedreply",
            name="status",
            field=models.ForeignKey(
                blank=True,
                help_text="When the reply is sent, unless the agent chooses another one.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="wagtail_helpdesk.status",
                verbose_name="set the status to",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="on_publish",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="wagtail_helpdesk.status",
            ),
        ),
        migrations.CreateModel(
            name="StatusLabel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=20, verbose_name="language")),
                ("label", models.CharField(max_length=60, verbose_name="label for customers")),
                (
                    "status",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="labels", to="wagtail_helpdesk.status"
                    ),
                ),
            ],
            options={
                "verbose_name": "label for customers",
                "verbose_name_plural": "labels for customers",
            },
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "is_default",
                    models.BooleanField(
                        default=False,
                        help_text="Takes the tickets that nothing else gives a team.",
                        verbose_name="default",
                    ),
                ),
                (
                    "takes_back",
                    models.BooleanField(
                        default=True,
                        help_text="When a customer answers somebody who is away, and nobody stands in, the ticket is nobody's again and the team is told.",
                        verbose_name="takes back the tickets of people who are away",
                    ),
                ),
                (
                    "members",
                    models.ManyToManyField(
                        blank=True, related_name="helpdesk_teams", to=settings.AUTH_USER_MODEL, verbose_name="members"
                    ),
                ),
            ],
            options={
                "verbose_name": "team",
                "verbose_name_plural": "teams",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("private", "Only me"),
                            ("team", "A team"),
                            ("role", "A role"),
                            ("everyone", "Everyone"),
                        ],
                        default="private",
                        max_length=8,
                        verbose_name="for",
                    ),
                ),
                ("conditions", models.JSONField(default=dict)),
                ("ordering", models.CharField(default="waiting", max_length=10, verbose_name="order")),
                ("grouping", models.CharField(blank=True, max_length=30, verbose_name="group by")),
                ("columns", models.JSONField(blank=True, default=list, verbose_name="columns")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="auth.group",
                        verbose_name="role",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="wagtail_helpdesk.team",
                        verbose_name="team",
                    ),
                ),
            ],
            options={
                "verbose_name": "saved view",
                "verbose_name_plural": "saved views",
                "ordering": ["name", "pk"],
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="savedreply",
            name="team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="wagtail_helpdesk.team",
                verbose_name="team",
            ),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="team",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="mailboxes",
                to="wagtail_helpdesk.team",
                verbose_name="team",
            ),
        ),
        migrations.AddField(
            model_name="macro",
            name="team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="wagtail_helpdesk.team",
                verbose_name="team",
            ),
        ),
        migrations.CreateModel(
            name="ContactForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("translation_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "title",
                    models.CharField(
                        help_text="For editors; visitors do not see it.", max_length=100, verbose_name="name"
                    ),
                ),
                ("heading", models.CharField(blank=True, max_length=150, verbose_name="heading")),
                ("intro", wagtail.fields.RichTextField(blank=True, verbose_name="introduction")),
                (
                    "name_use",
                    models.CharField(
                        choices=[("hidden", "Not asked for"), ("optional", "Optional"), ("required", "Required")],
                        default="required",
                        max_length=8,
                        verbose_name="visitor's name",
                    ),
                ),
                (
                    "subject_use",
                    models.CharField(
                        choices=[("hidden", "Not asked for"), ("optional", "Optional"), ("required", "Required")],
                        default="optional",
                        help_text="Without one, the first words of the message are the subject.",
                        max_length=8,
                        verbose_name="subject",
                    ),
                ),
                (
                    "files_use",
                    models.CharField(
                        choices=[("hidden", "Not asked for"), ("optional", "Optional"), ("required", "Required")],
                        default="optional",
                        max_length=8,
                        verbose_name="files",
                    ),
                ),
                ("name_label", models.CharField(blank=True, max_length=100, verbose_name="label of the name")),
                (
                    "email_label",
                    models.CharField(blank=True, max_length=100, verbose_name="label of the e-mail address"),
                ),
                ("subject_label", models.CharField(blank=True, max_length=100, verbose_name="label of the subject")),
                ("message_label", models.CharField(blank=True, max_length=100, verbose_name="label of the message")),
                ("files_label", models.CharField(blank=True, max_length=100, verbose_name="label of the files")),
                ("button_text", models.CharField(blank=True, max_length=60, verbose_name="text of the button")),
                ("success_text", models.TextField(blank=True, verbose_name="text after sending")),
                (
                    "locale",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wagtailcore.locale",
                        verbose_name="locale",
                    ),
                ),
                (
                    "mailbox",
                    models.ForeignKey(
                        blank=True,
                        help_text="Answers are sent in its name. Empty: the default mailbox.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contact_forms",
                        to="wagtail_helpdesk.mailbox",
                        verbose_name="mailbox",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        help_text="Gets the tickets. Empty: the mailbox's team.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contact_forms",
                        to="wagtail_helpdesk.team",
                        verbose_name="team",
                    ),
                ),
            ],
            options={
                "verbose_name": "contact form",
                "verbose_name_plural": "contact forms",
                "ordering": ["title"],
                "abstract": False,
            },
            bases=(wagtail.models.preview.PreviewableMixin, models.Model),
        ),
        migrations.CreateModel(
            name="ChecklistTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                ("items", models.TextField(verbose_name="items")),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="wagtail_helpdesk.team",
                        verbose_name="team",
                    ),
                ),
            ],
            options={
                "verbose_name": "checklist",
                "verbose_name_plural": "checklists",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("note", models.CharField(blank=True, max_length=500)),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Waiting"),
                            ("approved", "Approved"),
                            ("returned", "Given back"),
                            ("changed", "Taken to be changed"),
                            ("withdrawn", "Taken back by its author"),
                        ],
                        max_length=9,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="approval",
                        to="wagtail_helpdesk.message",
                    ),
                ),
                (
                    "asked_team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtail_helpdesk.team",
                    ),
                ),
            ],
            options={
                "verbose_name": "approval",
                "verbose_name_plural": "approvals",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(blank=True, max_length=500, verbose_name="subject")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("open", "Open"),
                            ("pending", "Pending"),
                            ("resolved", "Resolved"),
                            ("closed", "Closed"),
                            ("spam", "Spam"),
                            ("trash", "Trash"),
                        ],
                        editable=False,
                        max_length=10,
                        verbose_name="category",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("email", "E-mail"),
                            ("form", "Contact form"),
                            ("portal", "Tracking page"),
                            ("agent", "Agent"),
                            ("phone", "Phone"),
                            ("in_person", "In person"),
                        ],
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                ("language", models.CharField(blank=True, max_length=20, verbose_name="language")),
                ("source_title", models.CharField(blank=True, max_length=255, verbose_name="source title")),
                ("source_url", models.CharField(blank=True, max_length=500, verbose_name="source address")),
                ("customer_waiting_since", models.DateTimeField(blank=True, null=True, verbose_name="waiting since")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="due")),
                ("custom_fields", models.JSONField(blank=True, default=dict, verbose_name="fields")),
                (
                    "last_activity_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="last activity"),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="created at")),
                ("first_replied_at", models.DateTimeField(blank=True, null=True, verbose_name="first replied at")),
                ("resolved_at", models.DateTimeField(blank=True, null=True, verbose_name="resolved at")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
                ("erased_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("message_count", models.PositiveIntegerField(default=0, verbose_name="messages")),
                ("attachment_count", models.PositiveIntegerField(default=0, verbose_name="attachments")),
                ("delivery_failed", models.BooleanField(default=False, verbose_name="delivery problem")),
                ("asleep", models.BooleanField(default=False, verbose_name="asleep")),
                ("snoozed_until", models.DateTimeField(blank=True, null=True, verbose_name="snoozed until")),
                ("sleeps_through", models.BooleanField(default=False)),
                ("snooze_reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("snooze_words", models.CharField(blank=True, max_length=100)),
                ("woke_at", models.DateTimeField(blank=True, null=True, verbose_name="back since")),
                ("silent_since", models.DateTimeField(blank=True, editable=False, null=True)),
                ("close_warned_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("close_on", models.DateTimeField(blank=True, null=True, verbose_name="closes on")),
                ("hidden_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("item_count", models.PositiveIntegerField(default=0, verbose_name="checklist")),
                ("items_done", models.PositiveIntegerField(default=0, verbose_name="done")),
                ("preview", models.CharField(blank=True, max_length=200, verbose_name="preview")),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="helpdesk_tickets",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assignee",
                    ),
                ),
                (
                    "mailbox",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="wagtail_helpdesk.mailbox",
                        verbose_name="mailbox",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wagtail_helpdesk.ticket",
                    ),
                ),
                (
                    "priority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wagtail_helpdesk.priority",
                        verbose_name="priority",
                    ),
                ),
                (
                    "requester",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requested_tickets",
                        to="wagtail_helpdesk.contact",
                        verbose_name="requester",
                    ),
                ),
                (
                    "restore_status",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtail_helpdesk.status",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtailcore.site",
                        verbose_name="site",
                    ),
                ),
                (
                    "source_page",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=swapper.get_model_name("wagtailcore", "Page"),
                        verbose_name="source page",
                    ),
                ),
                (
                    "status",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="wagtail_helpdesk.status",
                        verbose_name="status",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="wagtail_helpdesk.team",
                        verbose_name="team",
                    ),
                ),
            ],
            options={
                "verbose_name": "ticket",
                "verbose_name_plural": "tickets",
                "permissions": [
                    ("note_ticket", "Can write internal notes"),
                    ("reply_ticket", "Can reply to customers"),
                    ("assign_ticket", "Can assign tickets"),
                    ("merge_ticket", "Can merge tickets"),
                    ("promote_ticket", "Can promote answers to FAQ articles"),
                    ("export_ticket", "Can export tickets"),
                    ("view_all_ticket", "Can see the tickets of all teams"),
                ],
                "default_permissions": ("view", "change", "delete"),
            },
        ),
        migrations.CreateModel(
            name="TaggedTicket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "content_object",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tagged_items",
                        to="wagtail_helpdesk.ticket",
                    ),
                ),
                (
                    "tag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="wagtail_helpdesk.tickettag",
                    ),
                ),
            ],
            options={
                "verbose_name": "tagged ticket",
                "verbose_name_plural": "tagged tickets",
            },
        ),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.BigIntegerField(editable=False, unique=True)),
                ("at", models.DateTimeField()),
                ("words", models.TextField(blank=True)),
                (
                    "team",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="wagtail_helpdesk.team",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_entries",
                        to="wagtail_helpdesk.ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "search entry",
                "verbose_name_plural": "search entries",
            },
            bases=(modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name="Presence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seen_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ("typed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="wagtail_helpdesk.ticket"
                    ),
                ),
            ],
            options={
                "verbose_name": "presence",
                "verbose_name_plural": "presences",
            },
        ),
        migrations.AddField(
            model_name="outboundmail",
            name="ticket",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="outbound_mails",
                to="wagtail_helpdesk.ticket",
            ),
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("team", "New in my team"),
                            ("assigned", "Assigned to me"),
                            ("answered", "A customer answered me"),
                            ("mentioned", "I was mentioned"),
                            ("delivery", "A mail did not arrive"),
                            ("held", "A mail waits for a decision"),
                            ("watched", "Something happened on a ticket that I watch"),
                            ("awake", "A snoozed ticket of mine is back"),
                            ("draft", "What I wrote did not leave"),
                            ("approval", "A reply is to be approved, or mine was looked at"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("what", models.CharField(blank=True, max_length=12)),
                ("actor_name", models.CharField(blank=True, max_length=200, verbose_name="who")),
                ("for_name", models.CharField(blank=True, max_length=200)),
                ("in_app", models.BooleanField(default=True)),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="read at")),
                (
                    "mail_state",
                    models.CharField(
                        choices=[
                            ("none", "Not by mail"),
                            ("waiting", "Waiting"),
                            ("digest", "Waiting for the digest"),
                            ("mailed", "Mailed"),
                            ("dropped", "No longer needed"),
                        ],
                        default="none",
                        max_length=8,
                    ),
                ),
                (
                    "push_state",
                    models.CharField(
                        choices=[
                            ("none", "Not on devices"),
                            ("waiting", "Waiting"),
                            ("pushed", "Pushed"),
                            ("dropped", "No longer needed"),
                        ],
                        default="none",
                        max_length=8,
                    ),
                ),
                ("pushed_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="created at")),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="wagtail_helpdesk.message",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="helpdesk_notices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "outbound",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="notices",
                        to="wagtail_helpdesk.outboundmail",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="wagtail_helpdesk.ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="MessageIdIndex",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("id_hash", models.CharField(db_index=True, max_length=64)),
                (
                    "role",
                    models.CharField(
                        choices=[("theirs", "A message we received"), ("referenced", "Named by a message we received")],
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="message_ids",
                        to="wagtail_helpdesk.message",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="message_ids",
                        to="wagtail_helpdesk.ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "Message-ID",
                "verbose_name_plural": "Message-IDs",
            },
        ),
        migrations.AddField(
            model_name="message",
            name="ticket",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="messages", to="wagtail_helpdesk.ticket"
            ),
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to="wagtail_helpdesk.ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "mention",
                "verbose_name_plural": "mentions",
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="inboundmail",
            name="ticket",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="inbound_mails",
                to="wagtail_helpdesk.ticket",
                verbose_name="ticket",
            ),
        ),
        migrations.CreateModel(
            name="FocusSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.TextField()),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                ("left", models.PositiveIntegerField(default=0)),
                ("done", models.JSONField(default=dict)),
                ("skipped", models.JSONField(default=list)),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("moved_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "ticket",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtail_helpdesk.ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "focus session",
                "verbose_name_plural": "focus sessions",
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="draft",
            name="ticket",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="drafts",
                to="wagtail_helpdesk.ticket",
            ),
        ),
        migrations.CreateModel(
            name="ChecklistItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(blank=True, max_length=300, verbose_name="text")),
                ("position", models.PositiveIntegerField(default=0)),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done at")),
                ("done_name", models.CharField(blank=True, max_length=200)),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "about",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtail_helpdesk.ticket",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="checklist",
                        to="wagtail_helpdesk.ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "checklist item",
                "verbose_name_plural": "checklist items",
                "ordering": ["position", "pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="TicketAccess",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="wagtail_helpdesk.team",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="access", to="wagtail_helpdesk.ticket"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "access",
                "verbose_name_plural": "accesses",
            },
        ),
        migrations.CreateModel(
            name="TicketArticle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(blank=True, max_length=255, verbose_name="title")),
                (
                    "kind",
                    models.CharField(
                        choices=[("promoted_from", "Promoted from"), ("cited", "Cited")],
                        default="promoted_from",
                        max_length=14,
                        verbose_name="kind",
                    ),
                ),
                ("made_by_name", models.CharField(blank=True, max_length=200, verbose_name="made by")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="made at")),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("messages", models.ManyToManyField(blank=True, related_name="+", to="wagtail_helpdesk.message")),
                (
                    "page",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=swapper.get_model_name("wagtailcore", "Page"),
                        verbose_name="article",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="articles",
                        to="wagtail_helpdesk.ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "ticket's article",
                "verbose_name_plural": "tickets' articles",
                "ordering": ["made_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="TicketEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("opened", "Ticket opened"),
                            ("message", "Message added"),
                            ("scheduled", "Reply scheduled"),
                            ("cancelled", "Scheduled reply cancelled"),
                            ("approval", "Approval of a reply"),
                            ("reopened", "Reopened"),
                            ("status", "Status changed"),
                            ("priority", "Priority changed"),
                            ("type", "Type changed"),
                            ("due", "Due date changed"),
                            ("field", "Field changed"),
                            ("team", "Team changed"),
                            ("assignee", "Assignee changed"),
                            ("subject", "Subject changed"),
                            ("tags", "Tags changed"),
                            ("participant", "Participant changed"),
                            ("shared", "Ticket shared"),
                            ("linked", "Ticket linked"),
                            ("unlinked", "Link removed"),
                            ("snoozed", "Snoozed"),
                            ("woke", "Back from snooze"),
                            ("closing", "Closes by itself"),
                            ("checklist", "Checklist changed"),
                            ("redacted", "Words or a file removed"),
                            ("merged", "Ticket merged"),
                            ("unmerged", "Merge undone"),
                            ("erased", "Ticket erased"),
                            ("token_revoked", "Tracking link revoked"),
                            ("promoted", "Promoted to FAQ"),
                            ("images", "Images from elsewhere"),
                            ("charset", "Read with another character set"),
                            ("uploaded", "Mail added from a file"),
                            ("delivery", "Delivery"),
                            ("held", "Mail held"),
                            ("forwarded", "Forwarded by an agent"),
                            ("requester", "Requester changed"),
                            ("split", "Message split off"),
                            ("skipped", "Skipped"),
                            ("failure", "Something went wrong"),
                        ],
                        max_length=14,
                        verbose_name="what",
                    ),
                ),
                ("actor_kind", models.CharField(max_length=8)),
                ("actor_name", models.CharField(blank=True, max_length=200, verbose_name="who")),
                ("data", models.JSONField(blank=True, default=dict)),
                ("cause", models.CharField(blank=True, max_length=100, verbose_name="why")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
                (
                    "actor_contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtail_helpdesk.contact",
                    ),
                ),
                (
                    "actor_user",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="wagtail_helpdesk.ticket"
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "timeline",
                "ordering": ["created_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="TicketField",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "key",
                    models.CharField(
                        help_text="Names the field in saved texts: {{ field.order_number }}. It stays as it is.",
                        max_length=50,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]*\\Z", "Write small letters, digits and underscores, a letter first."
                            )
                        ],
                        verbose_name="key",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("text", "Text, one line"),
                            ("lines", "Text, several lines"),
                            ("number", "Number"),
                            ("date", "Date"),
                            ("yes_no", "Yes or no"),
                            ("choice", "One of several"),
                            ("choices", "Any of several"),
                            ("tree", "One of a tree"),
                            ("reference", "A page or snippet of the site"),
                            ("file", "A file of the ticket"),
                        ],
                        default="text",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "options_text",
                    models.TextField(
                        blank=True,
                        help_text="One to a line. In a tree, a line that is set in belongs to the line above it.",
                        verbose_name="options",
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        blank=True,
                        help_text="Whoever may change tickets can look through the titles of these.",
                        max_length=100,
                        verbose_name="points at",
                    ),
                ),
                ("help_text", models.CharField(blank=True, max_length=255, verbose_name="help text")),
                (
                    "is_staff_only",
                    models.BooleanField(
                        default=False,
                        help_text="Customers neither see it nor fill it in.",
                        verbose_name="for agents only",
                    ),
                ),
                ("sort_order", models.PositiveIntegerField(default=0, verbose_name="order")),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="What stands in a field that is not in use is kept and shown.",
                        verbose_name="in use",
                    ),
                ),
                (
                    "mailboxes",
                    models.ManyToManyField(
                        blank=True,
                        help_text="None: the tickets of all.",
                        related_name="+",
                        to="wagtail_helpdesk.mailbox",
                        verbose_name="mailboxes",
                    ),
                ),
            ],
            options={
                "verbose_name": "ticket field",
                "verbose_name_plural": "ticket fields",
                "ordering": ["sort_order", "name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ContactFormField",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sort_order", models.IntegerField(blank=True, editable=False, null=True)),
                (
                    "label",
                    models.CharField(
                        blank=True, help_text="Empty: the field's own name.", max_length=100, verbose_name="label"
                    ),
                ),
                (
                    "help_text",
                    models.CharField(
                        blank=True, help_text="Empty: the field's own.", max_length=255, verbose_name="help text"
                    ),
                ),
                ("is_required", models.BooleanField(default=False, verbose_name="required")),
                (
                    "contact_form",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ticket_fields",
                        to="wagtail_helpdesk.contactform",
                    ),
                ),
                (
                    "field",
                    models.ForeignKey(
                        limit_choices_to=models.Q(
                            ("is_active", True),
                            ("is_staff_only", False),
                            models.Q(("kind", "reference"), _negated=True),
                        ),
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wagtail_helpdesk.ticketfield",
                        verbose_name="field",
                    ),
                ),
            ],
            options={
                "verbose_name": "field of a contact form",
                "verbose_name_plural": "fields of contact forms",
                "ordering": ["sort_order"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TicketFieldValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(blank=True, max_length=200)),
                ("number", models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ("date", models.DateField(null=True)),
                (
                    "field",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="values",
                        to="wagtail_helpdesk.ticketfield",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="field_values",
                        to="wagtail_helpdesk.ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "value of a ticket field",
                "verbose_name_plural": "values of ticket fields",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="TicketLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("continues", "Continues"),
                            ("possibly", "Possibly belongs to"),
                            ("sibling", "Same message to another mailbox"),
                            ("repeated", "The same sender's again and again"),
                            ("related", "Related to"),
                            ("duplicate", "Duplicate of"),
                            ("child", "Part of"),
                            ("blocked", "Waits for"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links_out",
                        to="wagtail_helpdesk.ticket",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links_in",
                        to="wagtail_helpdesk.ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "ticket link",
                "verbose_name_plural": "ticket links",
            },
        ),
        migrations.CreateModel(
            name="TicketMerge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("moved", models.JSONField(default=dict)),
                ("merged_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merges_out",
                        to="wagtail_helpdesk.ticket",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merges_in",
                        to="wagtail_helpdesk.ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "merge",
                "verbose_name_plural": "merges",
            },
        ),
        migrations.CreateModel(
            name="TicketParticipant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.CharField(max_length=254, verbose_name="address")),
                ("reply_address", models.CharField(blank=True, max_length=254, verbose_name="address for answers")),
                (
                    "role",
                    models.CharField(
                        choices=[("requester", "Requester"), ("cc", "Copied in"), ("third_party", "Third party")],
                        max_length=12,
                        verbose_name="role",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("pending", "To be confirmed"),
                            ("blocked", "Blocked"),
                            ("left", "Left"),
                        ],
                        default="active",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("muted", models.BooleanField(default=False, verbose_name="muted")),
                ("may_see", models.BooleanField(default=True, verbose_name="may read")),
                ("may_answer", models.BooleanField(default=True, verbose_name="may answer")),
                ("joined_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="joined at")),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="participations",
                        to="wagtail_helpdesk.contact",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="participants",
                        to="wagtail_helpdesk.ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "participant",
                "verbose_name_plural": "participants",
            },
        ),
        migrations.AddField(
            model_name="outboundrecipient",
            name="participant",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="wagtail_helpdesk.ticketparticipant",
            ),
        ),
        migrations.CreateModel(
            name="TicketReader",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starred", models.BooleanField(default=False, verbose_name="starred")),
                (
                    "watch",
                    models.CharField(
                        blank=True,
                        choices=[("watching", "Watching"), ("muted", "Muted")],
                        max_length=8,
                        verbose_name="watch",
                    ),
                ),
                ("seen_message", models.PositiveBigIntegerField(default=0)),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="readers",
                        to="wagtail_helpdesk.ticket",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "reader",
                "verbose_name_plural": "readers",
            },
        ),
        migrations.AddField(
            model_name="ticket",
            name="tags",
            field=taggit.managers.TaggableManager(
                blank=True,
                help_text="A comma-separated list of tags.",
                through="wagtail_helpdesk.TaggedTicket",
                to="wagtail_helpdesk.TicketTag",
                verbose_name="tags",
            ),
        ),
        migrations.CreateModel(
            name="TaggedTicketTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "tag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ticket_template_items",
                        to="wagtail_helpdesk.tickettag",
                    ),
                ),
            ],
            options={
                "verbose_name": "tagged ticket template",
                "verbose_name_plural": "tagged ticket templates",
            },
        ),
        migrations.CreateModel(
            name="TaggedSavedReply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "content_object",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tagged_items",
                        to="wagtail_helpdesk.savedreply",
                    ),
                ),
                (
                    "tag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_reply_items",
                        to="wagtail_helpdesk.tickettag",
                    ),
                ),
            ],
            options={
                "verbose_name": "tagged saved reply",
                "verbose_name_plural": "tagged saved replies",
            },
        ),
        migrations.CreateModel(
            name="TaggedContactForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "content_object",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tagged_items",
                        to="wagtail_helpdesk.contactform",
                    ),
                ),
                (
                    "tag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contact_form_items",
                        to="wagtail_helpdesk.tickettag",
                    ),
                ),
            ],
            options={
                "verbose_name": "tagged contact form",
                "verbose_name_plural": "tagged contact forms",
            },
        ),
        migrations.AddField(
            model_name="savedreply",
            name="tags",
            field=modelcluster.contrib.taggit.ClusterTaggableManager(
                blank=True,
                help_text="To the ticket, when the reply is sent.",
                through="wagtail_helpdesk.TaggedSavedReply",
                to="wagtail_helpdesk.TicketTag",
                verbose_name="add the tags",
            ),
        ),
        migrations.AddField(
            model_name="contactform",
            name="tags",
            field=modelcluster.contrib.taggit.ClusterTaggableManager(
                blank=True,
                help_text="Every ticket from this form gets them.",
                through="wagtail_helpdesk.TaggedContactForm",
                to="wagtail_helpdesk.TicketTag",
                verbose_name="tags",
            ),
        ),
        migrations.CreateModel(
            name="TicketTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("me", "Only me"),
                            ("team", "A team"),
                            ("mailbox", "Tickets of a mailbox"),
                            ("everyone", "Everyone"),
                        ],
                        default="me",
                        max_length=8,
                        verbose_name="for whom",
                    ),
                ),
                ("use_count", models.PositiveIntegerField(default=0, editable=False, verbose_name="used")),
                ("used_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last used")),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("email", "E-mail"),
                            ("form", "Contact form"),
                            ("portal", "Tracking page"),
                            ("agent", "Agent"),
                            ("phone", "Phone"),
                            ("in_person", "In person"),
                        ],
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                (
                    "first",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("customer", "The customer's words"),
                            ("mail", "A mail to the customer"),
                            ("note", "A note for agents"),
                        ],
                        max_length=8,
                        verbose_name="first message",
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=500, verbose_name="subject")),
                ("body", wagtail.fields.RichTextField(blank=True, verbose_name="text")),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assignee",
                    ),
                ),
                (
                    "mailbox",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="wagtail_helpdesk.mailbox",
                        verbose_name="mailbox",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "priority",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtail_helpdesk.priority",
                        verbose_name="priority",
                    ),
                ),
                (
                    "status",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtail_helpdesk.status",
                        verbose_name="status",
                    ),
                ),
                (
                    "tags",
                    modelcluster.contrib.taggit.ClusterTaggableManager(
                        blank=True,
                        help_text="A comma-separated list of tags.",
                        through="wagtail_helpdesk.TaggedTicketTemplate",
                        to="wagtail_helpdesk.TicketTag",
                        verbose_name="tags",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="wagtail_helpdesk.team",
                        verbose_name="team",
                    ),
                ),
                (
                    "to_team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtail_helpdesk.team",
                        verbose_name="team",
                    ),
                ),
                (
                    "ticket_type",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtail_helpdesk.tickettype",
                        verbose_name="type",
                    ),
                ),
            ],
            options={
                "verbose_name": "ticket template",
                "verbose_name_plural": "ticket templates",
                "ordering": ["name", "pk"],
            },
        ),
        migrations.AddField(
            model_name="taggedtickettemplate",
            name="content_object",
            field=modelcluster.fields.ParentalKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tagged_items",
                to="wagtail_helpdesk.tickettemplate",
            ),
        ),
        migrations.CreateModel(
            name="TicketToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(editable=False, max_length=12, unique=True)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("reply", "Answer by e-mail"),
                            ("portal", "Tracking link"),
                            ("agent", "Answer by e-mail, for an agent"),
                            ("leave", "Leave the ticket"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[("public", "Public"), ("internal", "Internal")], default="public", max_length=8
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "participant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tokens",
                        to="wagtail_helpdesk.ticketparticipant",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tokens", to="wagtail_helpdesk.ticket"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "token",
                "verbose_name_plural": "tokens",
            },
        ),
        migrations.AddField(
            model_name="ticket",
            name="ticket_type",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="wagtail_helpdesk.tickettype",
                verbose_name="type",
            ),
        ),
        migrations.CreateModel(
            name="MacroStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sort_order", models.IntegerField(blank=True, editable=False, null=True)),
                ("kind", models.CharField(max_length=20, verbose_name="action")),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Empty: the value below, such as {{ ask.day }}; without one the due date goes.",
                        null=True,
                        verbose_name="days from today",
                    ),
                ),
                (
                    "assign",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("me", "Whoever runs the macro"),
                            ("nobody", "Nobody"),
                            ("agent", "This agent:"),
                            ("answer", "What was answered to:"),
                        ],
                        default="me",
                        max_length=8,
                        verbose_name="give it to",
                    ),
                ),
                (
                    "answer_to",
                    models.CharField(
                        blank=True,
                        help_text="The name of a question above that asks for such a thing. Without an answer nothing is set.",
                        max_length=30,
                        verbose_name="or what was answered to",
                    ),
                ),
                ("value", models.CharField(blank=True, max_length=200, verbose_name="value")),
                ("body", wagtail.fields.RichTextField(blank=True, verbose_name="text")),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="agent",
                    ),
                ),
                (
                    "macro",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="wagtail_helpdesk.macro"
                    ),
                ),
                (
                    "priority",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtail_helpdesk.priority",
                        verbose_name="priority",
                    ),
                ),
                (
                    "status",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtail_helpdesk.status",
                        verbose_name="status",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtail_helpdesk.team",
                        verbose_name="team",
                    ),
                ),
                (
                    "ticket_field",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtail_helpdesk.ticketfield",
                        verbose_name="field",
                    ),
                ),
                (
                    "ticket_type",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtail_helpdesk.tickettype",
                        verbose_name="type",
                    ),
                ),
            ],
            options={
                "verbose_name": "action",
                "verbose_name_plural": "actions",
                "ordering": ["sort_order"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="UndoRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("steps", models.JSONField()),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "undoable change",
                "verbose_name_plural": "undoable changes",
            },
        ),
        migrations.CreateModel(
            name="BulkJob",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("action", models.CharField(max_length=30)),
                ("data", models.JSONField(default=dict)),
                ("chosen", models.JSONField(default=list)),
                ("position", models.PositiveIntegerField(default=0)),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "undo",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtail_helpdesk.undorecord",
                    ),
                ),
            ],
            options={
                "verbose_name": "bulk change",
                "verbose_name_plural": "bulk changes",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="BulkResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("ticket_key", models.PositiveBigIntegerField()),
                ("refusal", models.CharField(blank=True, max_length=300)),
                ("steps", models.JSONField(default=list)),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="results",
                        to="wagtail_helpdesk.bulkjob",
                    ),
                ),
            ],
            options={
                "verbose_name": "bulk result",
                "verbose_name_plural": "bulk results",
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("job", "number"), name="helpdesk_bulk_result")],
            },
        ),
        migrations.CreateModel(
            name="AutoReplyLedger",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address_hash", models.CharField(max_length=64)),
                ("domain_hash", models.CharField(max_length=64)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "mailbox",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="wagtail_helpdesk.mailbox"
                    ),
                ),
            ],
            options={
                "verbose_name": "automatic mail",
                "verbose_name_plural": "automatic mails",
                "indexes": [
                    models.Index(fields=["address_hash", "at"], name="helpdesk_ledger_address"),
                    models.Index(fields=["domain_hash", "at"], name="helpdesk_ledger_domain"),
                    models.Index(fields=["mailbox", "at"], name="helpdesk_ledger_mailbox"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="mailsource",
            index=models.Index(fields=["state", "next_fetch_at"], name="helpdesk_source_due"),
        ),
        migrations.AddIndex(
            model_name="push",
            index=models.Index(fields=["next_try_at"], name="helpdesk_push_due"),
        ),
        migrations.AddConstraint(
            model_name="sourcefolder",
            constraint=models.UniqueConstraint(fields=("source", "name_hash"), name="helpdesk_source_folder"),
        ),
        migrations.AddIndex(
            model_name="inboundorigin",
            index=models.Index(fields=["post_action_state", "next_try_at"], name="helpdesk_origin_due"),
        ),
        migrations.AddIndex(
            model_name="inboundorigin",
            index=models.Index(fields=["folder", "uidvalidity", "uid"], name="helpdesk_origin_uid"),
        ),
        migrations.AddConstraint(
            model_name="inboundorigin",
            constraint=models.UniqueConstraint(fields=("source", "key_hash"), name="helpdesk_inbound_origin"),
        ),
        migrations.AddConstraint(
            model_name="statuslabel",
            constraint=models.UniqueConstraint(fields=("status", "language"), name="helpdesk_status_label"),
        ),
        migrations.AddIndex(
            model_name="searchentry",
            index=models.Index(fields=["-at", "-id"], name="helpdesk_search_at"),
        ),
        migrations.AddIndex(
            model_name="searchentry",
            index=models.Index(fields=["team", "-at", "-id"], name="helpdesk_search_team"),
        ),
        migrations.AddConstraint(
            model_name="presence",
            constraint=models.UniqueConstraint(fields=("ticket", "user"), name="helpdesk_presence"),
        ),
        migrations.AddIndex(
            model_name="outboundmail",
            index=models.Index(fields=["state", "next_try_at"], name="helpdesk_outbound_due"),
        ),
        migrations.AddIndex(
            model_name="outboundmail",
            index=models.Index(fields=["queue_key", "id"], name="helpdesk_outbound_queue"),
        ),
        migrations.AddIndex(
            model_name="outboundmail",
            index=models.Index(fields=["mailbox", "sent_at"], name="helpdesk_outbound_sent"),
        ),
        migrations.AddConstraint(
            model_name="outboundmail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("audience", "customer"), _negated=True), ("message_visibility", "public"), _connector="OR"
                ),
                name="helpdesk_no_note_to_customer",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["user", "read_at", "-id"], name="helpdesk_notice_unread"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["mail_state", "created_at"], name="helpdesk_notice_to_mail"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["push_state", "created_at"], name="helpdesk_notice_to_push"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["user", "pushed_at"], name="helpdesk_notice_pushed"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["created_at"], name="helpdesk_notice_age"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["ticket", "created_at", "id"], name="helpdesk_message_ticket"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["state", "publish_at"], name="helpdesk_message_due"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["author_user", "created_at"], name="helpdesk_message_author"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("direction", "internal"), ("visibility", "public"), _negated=True),
                name="helpdesk_note_is_internal",
            ),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=models.UniqueConstraint(fields=("user", "ticket"), name="helpdesk_mention"),
        ),
        migrations.AddIndex(
            model_name="inboundmail",
            index=models.Index(fields=["state", "lease_until"], name="helpdesk_inbound_state"),
        ),
        migrations.AddIndex(
            model_name="inboundmail",
            index=models.Index(fields=["-received_at", "-id"], name="helpdesk_inbound_received"),
        ),
        migrations.AddConstraint(
            model_name="inboundmail",
            constraint=models.UniqueConstraint(fields=("dedupe_scope", "dedupe_key"), name="helpdesk_inbound_dedupe"),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(fields=["user", "-updated_at"], name="helpdesk_draft_user"),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.UniqueConstraint(fields=("ticket", "user"), name="helpdesk_draft"),
        ),
        migrations.AddIndex(
            model_name="ticketevent",
            index=models.Index(fields=["ticket", "created_at", "id"], name="helpdesk_event_ticket"),
        ),
        migrations.AddIndex(
            model_name="ticketevent",
            index=models.Index(fields=["actor_user", "kind", "created_at"], name="helpdesk_event_actor"),
        ),
        migrations.AddIndex(
            model_name="ticketfieldvalue",
            index=models.Index(fields=["field", "text", "ticket"], name="helpdesk_field_text"),
        ),
        migrations.AddIndex(
            model_name="ticketfieldvalue",
            index=models.Index(fields=["field", "number", "ticket"], name="helpdesk_field_number"),
        ),
        migrations.AddIndex(
            model_name="ticketfieldvalue",
            index=models.Index(fields=["field", "date", "ticket"], name="helpdesk_field_date"),
        ),
        migrations.AddConstraint(
            model_name="ticketlink",
            constraint=models.UniqueConstraint(fields=("source", "target", "kind"), name="helpdesk_ticket_link"),
        ),
        migrations.AddConstraint(
            model_name="ticketparticipant",
            constraint=models.UniqueConstraint(fields=("ticket", "contact"), name="helpdesk_participant"),
        ),
        migrations.AddIndex(
            model_name="ticketreader",
            index=models.Index(fields=["user", "starred"], name="helpdesk_reader_starred"),
        ),
        migrations.AddConstraint(
            model_name="ticketreader",
            constraint=models.UniqueConstraint(fields=("ticket", "user"), name="helpdesk_ticket_reader"),
        ),
        migrations.AddConstraint(
            model_name="taggedticket",
            constraint=models.UniqueConstraint(fields=("tag", "content_object"), name="helpdesk_tagged_ticket"),
        ),
        migrations.AddConstraint(
            model_name="taggedsavedreply",
            constraint=models.UniqueConstraint(fields=("tag", "content_object"), name="helpdesk_tagged_saved_reply"),
        ),
        migrations.AddConstraint(
            model_name="taggedcontactform",
            constraint=models.UniqueConstraint(fields=("tag", "content_object"), name="helpdesk_tagged_contact_form"),
        ),
        migrations.AlterUniqueTogether(
            name="savedreply",
            unique_together={("translation_key", "locale")},
        ),
        migrations.AlterUniqueTogether(
            name="contactform",
            unique_together={("translation_key", "locale")},
        ),
        migrations.AddConstraint(
            model_name="taggedtickettemplate",
            constraint=models.UniqueConstraint(
                fields=("tag", "content_object"), name="helpdesk_tagged_ticket_template"
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                fields=["category", "asleep", "-last_activity_at", "-id", "assignee", "merged_into", "erased_at"],
                name="helpdesk_ticket_category",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                fields=[
                    "team",
                    "category",
                    "asleep",
                    "-last_activity_at",
                    "-id",
                    "assignee",
                    "merged_into",
                    "erased_at",
                ],
                name="helpdesk_ticket_team",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                fields=["assignee", "category", "asleep", "-last_activity_at", "-id", "merged_into", "erased_at"],
                name="helpdesk_ticket_assignee",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                fields=["mailbox", "category", "asleep", "-last_activity_at", "-id", "merged_into", "erased_at"],
                name="helpdesk_ticket_mailbox",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                fields=["category", "asleep", "customer_waiting_since", "id"], name="helpdesk_ticket_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                fields=["team", "category", "asleep", "customer_waiting_since", "id"], name="helpdesk_ticket_team_waits"
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                fields=["assignee", "category", "asleep", "customer_waiting_since", "id"],
                name="helpdesk_ticket_user_waits",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                fields=["mailbox", "category", "asleep", "customer_waiting_since", "id"],
                name="helpdesk_ticket_box_waits",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["requester", "-last_activity_at"], name="helpdesk_ticket_requester"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["asleep", "snoozed_until", "id"], name="helpdesk_ticket_asleep"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                fields=["mailbox", "asleep", "close_warned_at", "silent_since", "id"], name="helpdesk_ticket_silent"
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["asleep", "close_on", "id"], name="helpdesk_ticket_close_on"),
        ),
        migrations.AddIndex(
            model_name="bulkjob",
            index=models.Index(fields=["finished_at", "leased_until"], name="helpdesk_bulk_waiting"),
        ),
    ]
