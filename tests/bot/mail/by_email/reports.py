"""Reports of non-delivery as a mail server writes them."""

from __future__ import annotations


def non_delivery(message_id: str, recipient: str, *, to: str, status: str = "5.1.10", number: int = 1) -> bytes:
    """What Exchange sends back for a letter it could not deliver."""
    lines = f"""Return-Path: <>
From: postmaster@northmoor.example
To: {to}
Subject: Undeliverable: A message for you
Date: Fri, 20 Nov 2026 10:00:09 +0000
Message-ID: <ndr{number}@northmoor.example>
In-Reply-To: {message_id}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
 boundary="ndr"

--ndr
Content-Type: text/plain; charset=us-ascii

Delivery has failed to these recipients or groups:

--ndr
Content-Type: message/delivery-status

Reporting-MTA: dns;relay.northmoor.example

Final-Recipient: rfc822;{recipient}
Action: failed
Status: {status}
Diagnostic-Code: smtp;550 {status} RESOLVER.ADR.RecipientNotFound

--ndr
Content-Type: message/rfc822

From: The bot <{to}>
Message-ID: {message_id}
X-Learning-Space-Bot: 1
Subject: A message for you

Hello
--ndr--
"""
    return lines.replace("\n", "\r\n").encode()
