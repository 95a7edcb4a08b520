"""Who is at the desk: people with the ids Teams and Entra would know them by."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

_NAMES = uuid.UUID("6f3b5a52-4a0e-4c1e-9d27-5d0c6a3a8f10")


@dataclass(slots=True)
class Member:
    """A person of the tenant. `installed` says whether the app is in their Teams."""

    entra_object_id: str
    name: str = ""
    email: str = ""
    installed: bool = True
    role: str = "user"
    """'user', or 'guest' for someone from outside."""

    @property
    def id(self) -> str:
        """The id a channel knows them by: 29 and a word that differs for every bot."""
        return f"29:{uuid.uuid5(_NAMES, self.entra_object_id).hex}"

    @property
    def conversation_id(self) -> str:
        """Their personal chat with the bot; the same every time it is opened."""
        return f"a:{uuid.uuid5(_NAMES, 'chat ' + self.entra_object_id).hex}"

    def account(self) -> dict[str, str]:
        """As an activity names them."""
        return {"id": self.id, "name": self.name, "aadObjectId": self.entra_object_id}

    def roster_entry(self) -> dict[str, str]:
        """As the roster names them."""
        return self.account() | {
            "objectId": self.entra_object_id,
            "email": self.email,
            "userPrincipalName": self.email,
            "userRole": self.role,
            "tenantId": "",
        }
