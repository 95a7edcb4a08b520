"""What must be true of every letter that leaves, whatever it says."""

from __future__ import annotations

from desk.mailbox import Mail


def well_made(mail: Mail) -> None:
    """Its language is said, and its plain text has lines that fit and can be put together again."""
    message = mail.message()
    assert message["Content-Language"] == "en-GB", message["Subject"]
    plain = message.get_body(("plain",))
    assert plain is not None, message["Subject"]
    assert (plain.get_param("format"), plain.get_param("delsp")) == ("flowed", "no")
    for line in str(plain.get_content()).splitlines():
        assert len(line) <= 76 or len(line.split()) == 1, line
    assert max(map(len, mail.raw.splitlines())) <= 998, "what SMTP allows"
