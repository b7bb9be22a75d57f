"""The addresses of the way in, of people and of devices."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator

from archive.access.actor import Actor
from archive.access.devices import device_permit
from archive.access.models import User
from archive.access.people import invitation_renew
from archive.access.sign_in_models import DeviceScope, PersonSession
from tests.web.rows import SENT, Row, Whose
from tests.web.world import World, person

MANAGE, PERMIT = {"user.manage"}, {"device.permit"}


def somebody(world: World) -> User:
    """A person who holds no office and looks at nothing here."""
    return User.objects.filter(username="somebody").first() or person("somebody", (), world.at)


def a_person(world: World, owner: User) -> Mapping[str, Any]:
    return {"ref": somebody(world).ref}


def a_session(world: World, owner: User) -> Mapping[str, Any]:
    """A session of the owner."""
    row = PersonSession.objects.create(
        session_key=f"{PersonSession.objects.count():040d}",
        session_data="",
        expire_date=world.at + timedelta(hours=1),
        person=owner,
        started_at=world.at,
        seen_at=world.at,
    )
    return {"ref": row.ref}


def a_session_of_somebody(world: World, owner: User) -> Mapping[str, Any]:
    found = somebody(world)
    return {"ref": found.ref, "session": a_session(world, found)["ref"]}


def an_invitation(world: World, owner: User) -> Mapping[str, Any]:
    """The token by which somebody is invited."""
    administrator = Actor(user=world.holders["administrator"])
    return {"token": invitation_renew(person=somebody(world), actor=administrator, at=world.at).token}


def no_provider(world: World, owner: User) -> Mapping[str, Any]:
    return {"provider_id": "department"}


def a_permission(world: World, owner: User) -> Mapping[str, Any]:
    permission = device_permit(
        person=somebody(world),
        device="A phone",
        scope=DeviceScope.DUTY,
        first_day=world.department.day(world.at),
        last_day=None,
        actor=Actor(user=world.holders["chief"]),
        at=world.at,
    )
    return {"ref": permission.ref}


def a_key(world: World, owner: User) -> Mapping[str, Any]:
    """A security key of the owner."""
    return {"pk": Authenticator.objects.create(user=owner, type="webauthn", data={"name": "Key 1"}).pk}


ON = frozenset({302})  #: a page that sends on: nobody is half signed in, or it asks for the password first

ACCESS_PAGES: list[Row] = [
    Row("sign-in/", public=True, answers=ON, look=False),  # a signed-in person is sent on
    Row("sign-in/", public=True, post={}, answers=ON, look=False),
    Row("sign-in/second/", public=True, answers=ON, look=False),
    Row("sign-in/second/", public=True, post={"code": "1"}, answers=ON, look=False),
    Row("sign-in/key/", public=True, answers=ON, look=False),
    Row("sign-in/key/", public=True, post={"credential": "{}"}, answers=ON, look=False),
    Row("sign-in/department/cancelled/", public=True, answers=ON, look=False),
    Row(
        "sign-in/department/<str:provider_id>/",
        public=True,
        make=no_provider,
        answers=frozenset({404}),
        look=False,
        owned=False,
    ),
    Row(
        "sign-in/department/<str:provider_id>/back/",
        public=True,
        make=no_provider,
        answers=frozenset({404}),
        look=False,
        owned=False,
    ),
    Row(
        "sign-in/department/<str:provider_id>/back/",
        public=True,
        make=no_provider,
        post={},
        answers=frozenset({404}),
        look=False,
        owned=False,
    ),
    Row("sign-in/invitation/<str:token>/", public=True, make=an_invitation, owned=False),
    Row(
        "sign-in/invitation/<str:token>/",
        public=True,
        make=an_invitation,
        post={"password": "six words are a good password", "again": "six words are a good password"},
        answers=SENT,
        owned=False,
    ),
    Row("sign-in/again/", answers=frozenset({200, 302, 403}), look=False),  # people without password: see the walk
    Row("sign-in/again/", post={"password": "x"}, answers=frozenset({200, 302, 403}), look=False),
    Row("sign-in/again/code/", answers=frozenset({200, 302, 403}), look=False),
    Row("sign-in/again/code/", post={"code": "1"}, answers=frozenset({200, 302, 403}), look=False),
    Row("sign-in/again/key/", answers=frozenset({200, 302, 403}), look=False),
    Row("sign-in/again/key/", post={"credential": "{}"}, answers=frozenset({200, 302, 403}), look=False),
    Row("sign-in/again/cover/", post={"path": "/", "fields": "[]"}, answers=frozenset({204})),
    Row("sign-in/again/awake/", post={}, answers=frozenset({204})),
    Row("sign-in/again/kept/"),
    Row("sign-in/again/kept/", post={}, answers=SENT),
    Row("sign-in/device/", answers=ON, look=False),  # asked once, of those who came by another way
    Row("sign-in/device/", post={"device": "desk"}, answers=ON, look=False),
    Row("sign-in/set-up/"),
    Row("sign-out/", public=True, post={}, answers=SENT),
    Row("me/"),
    Row("me/password/"),
    Row("me/password/", post={"current": "x"}),
    Row("me/app/"),
    Row("me/app/", post={"code": "x"}),
    Row("me/app/remove/", answers=frozenset({404}), look=False),  # there is no app
    Row("me/app/remove/", post={}, answers=frozenset({404}), look=False),
    Row("me/keys/add/"),
    Row("me/keys/add/", post={"credential": "{}"}),
    Row(
        "me/keys/<int:pk>/remove/",
        make=a_key,
        sees=lambda world, office, whose: whose is Whose.OWN,
        answers=ON,  # the key is asked for first
        look=False,
    ),
    Row(
        "me/keys/<int:pk>/remove/",
        make=a_key,
        post={},
        sees=lambda world, office, whose: whose is Whose.OWN,
        answers=SENT,
    ),
    Row("me/codes/", answers=frozenset({404}), look=False),  # there are none
    Row("me/codes/new/"),
    Row("me/codes/new/", post={}),
    Row("me/sessions/<uuid:ref>/end/", make=a_session, post={}, answers=SENT),
    Row("people/", may=MANAGE),
    Row("people/invite/", may=MANAGE),
    Row("people/invite/", may=MANAGE, post={"username": "new", "name": "New Person"}),
    Row("people/<uuid:ref>/", may=MANAGE, make=a_person, owned=False),
    *(
        Row(f"people/<uuid:ref>/{act}/", may=MANAGE, make=a_person, owned=False, post=post, answers=answers)
        for act, post, answers in (
            ("invite", {}, frozenset({200})),
            ("disable", {"reason": "Left."}, SENT),
            ("enable", {}, SENT),
            ("release", {}, SENT),
            ("factors", {}, SENT),
        )
    ),
    Row("people/<uuid:ref>/identity/", may=MANAGE, make=a_person, owned=False),
    Row("people/<uuid:ref>/identity/", may=MANAGE, make=a_person, owned=False, post={"unlink": "yes"}, answers=SENT),
    Row(
        "people/<uuid:ref>/sessions/<uuid:session>/end/",
        may=MANAGE,
        make=a_session_of_somebody,
        owned=False,
        post={},
        answers=SENT,
    ),
    Row("devices/"),
    Row("devices/permit/", may=PERMIT),
    Row("devices/permit/", may=PERMIT, post={"device": "A phone"}),
    Row("devices/<uuid:ref>/end/", may=PERMIT, make=a_permission, owned=False),
    Row("devices/<uuid:ref>/end/", may=PERMIT, make=a_permission, owned=False, post={"reason": "Lost."}, answers=SENT),
]
