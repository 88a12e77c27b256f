"""MariaDB's driver for the tests: mysqlclient, which Django supports, or PyMySQL in its place.

mysqlclient comes as source only and needs a compiler and the client's headers. A machine that has just Python runs the
same tests on PyMySQL, which is pure Python and speaks the same interface; .ci/run takes mysqlclient.
"""


def install() -> None:
    """Make ``import MySQLdb`` work, whichever driver is installed."""
    try:
        import MySQLdb  # noqa: F401
    except ImportError:
        import pymysql

        # Django refuses a MySQLdb older than the one whose interface PyMySQL has; it asks by this number.
        pymysql.version_info = (2, 2, 7, "final", 0)
        pymysql.install_as_MySQLdb()
