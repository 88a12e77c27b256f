"""The parts of the commands that decide something."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import databases, make_migrations, network


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            "postgres://ana:s%40fe@db.example:5433/desk",
            {"NAME": "desk", "USER": "ana", "PASSWORD": "s@fe", "HOST": "db.example", "PORT": 5433},
        ),
        (
            "postgresql://ana@%2Fvar%2Frun%2Fpostgresql",
            {"NAME": "helpdesk", "USER": "ana", "PASSWORD": "", "HOST": "/var/run/postgresql", "PORT": ""},
        ),
        (
            "mysql://root:@127.0.0.1:3306/desk",
            {"NAME": "desk", "USER": "root", "PASSWORD": "", "HOST": "127.0.0.1", "PORT": 3306},
        ),
    ],
)
def test_database_address(address, expected):
    settings = databases.django_settings(address, Path())
    assert {key: settings[key] for key in expected} == expected
    assert settings["TEST"] == {"NAME": f"test_{expected['NAME']}"}


@pytest.mark.parametrize("kind", databases.ENGINES)
def test_local_address_is_of_its_kind(kind):
    address = databases.local_address(kind, {"PGUSER": "a:b", "PGHOST": "/run/x", "MYSQL_PWD": "p@ss/w"})
    assert databases.kind_of(address) == kind
    assert databases.django_settings(address, Path())["ENGINE"] == databases.ENGINES[kind]


def test_unknown_database():
    with pytest.raises(ValueError, match="oracle"):
        databases.kind_of("oracle://somewhere")


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.0.1", True),
        ("::1", True),
        (b"localhost", True),
        (None, True),
        ("192.168.0.7", False),
        ("2001:db8::1", False),
        ("localhost.example.com", False),
        ("example.com", False),
    ],
)
def test_what_is_local(host, local):
    assert network.is_local(host) is local


def test_migration_asks_for_the_page_model():
    made = (
        "from django.db import migrations, models\n"
        "    dependencies = [\n        ('wagtailcore', '0097_x'),\n    ]\n"
        "    models.ForeignKey(on_delete=models.CASCADE, to='wagtailcore.page')\n"
        "    bases=('wagtail_helpdesk.mixin', 'wagtailcore.page')\n"
    )
    rewritten = make_migrations.for_any_page_model(made)
    assert "'wagtailcore.page'" not in rewritten
    assert "import swapper\n" in rewritten
    assert rewritten.count('swapper.get_model_name("wagtailcore", "Page")') == 2
    assert 'swapper.dependency("wagtailcore", "Page"),' in rewritten
    assert make_migrations.for_any_page_model(rewritten) == rewritten


def test_migration_without_pages_stays_as_it_is():
    made = "from django.db import migrations\n    dependencies = []\n"
    assert make_migrations.for_any_page_model(made) == made
