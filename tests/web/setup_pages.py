"""The addresses of the set-up. Those below `begin/` are 404 in a state that is founded; see the walk for the others."""

from tests.web.rows import SENT, Row

SET_UP = {"installation.set-up"}
NONE = frozenset({404})
DEPARTMENT = {"name": "Riverton Police", "zone": "America/Chicago", "month": "5"}
MAIL = {
    "host": "127.0.0.1",
    "port": "1",
    "security": "none",
    "sender": "daybook@riverton.example",
    "site": "https://daybook.riverton.example",
}

SETUP_PAGES: list[Row] = [
    Row("setup/begin/", public=True, answers=NONE, look=False),
    Row("setup/begin/", public=True, post={"setup_code": "x"}, answers=NONE, look=False),
    Row("setup/begin/department/", public=True, answers=NONE, look=False),
    Row("setup/begin/department/", public=True, post=DEPARTMENT, answers=NONE, look=False),
    Row("setup/begin/people/", public=True, answers=NONE, look=False),
    Row("setup/begin/people/", public=True, post={}, answers=NONE, look=False),
    Row("setup/", may=SET_UP | {"integrity.read"}),
    Row("setup/department/", may=SET_UP),
    Row("setup/department/", may=SET_UP, post=DEPARTMENT, answers=SENT),
    Row("setup/mail/", may=SET_UP),
    Row("setup/mail/", may=SET_UP, post=MAIL, answers=SENT),
    Row("setup/mail/test/", may=SET_UP, post={"to": "somebody@riverton.example"}, answers=SENT),
    Row("setup/store/", may=SET_UP),
    Row("setup/store/", may=SET_UP, post={"STORAGE_COPY_URL": ""}),  # the environment of a test fixes all three
    Row("setup/backup/", may=SET_UP),
    Row("setup/backup/", may=SET_UP, post={"BACKUP_URL": ""}),
    Row("setup/anchor/", may=SET_UP),
    Row("setup/anchor/", may=SET_UP, post={"tsa": ""}),
]
