"""Finding the department's pages."""

from uuid import UUID

from archive.accounts.models import Account


def account_named(name: str) -> Account:
    """Return the account with this ref or handle. Raises Account.DoesNotExist with a sentence, also for two of one."""
    try:
        return Account.objects.get(ref=UUID(name))
    except ValueError:
        found = list(Account.objects.filter(handle=name)[:2])
    if len(found) != 1:
        raise Account.DoesNotExist(f"{'Several pages have' if found else 'No page has'} the handle {name!r}.")
    return found[0]
