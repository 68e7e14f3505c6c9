"""A secret as others may give it back: escaped, encoded, folded."""

import base64
import html
import json
from urllib.parse import quote, quote_plus


def dressed(secret: str) -> dict[str, str]:
    """Write a secret in every form that must be known again."""
    percent, raw = quote(secret, safe=""), secret.encode()
    return {
        "plain": secret,
        "percent": percent,
        "percent in lower case": percent.lower(),
        "percent twice": quote(percent, safe=""),
        "every character in percents": "".join(f"%{byte:02X}" for byte in raw),
        "form": quote_plus(secret),
        "JSON": json.dumps(secret),
        "JSON in letters": json.dumps(secret, ensure_ascii=False),
        "JSON in JSON": json.dumps(json.dumps(secret)),
        "JSON with slashes escaped": json.dumps(secret).replace("/", "\\/"),
        "JSON by numbers": "".join(f"\\u{ord(one):04X}" for one in secret),
        "HTML": html.escape(secret),
        "HTML twice": html.escape(html.escape(secret)),
        "HTML by numbers": "".join(f"&#{ord(one)};" for one in secret),
        "HTML by hex numbers": "".join(f"&#x{ord(one):04X};" for one in secret),
        "base64": base64.b64encode(raw).decode(),
        "base64 for URLs": base64.urlsafe_b64encode(raw).decode(),
        "a pair in base64": base64.b64encode(b"me:" + raw).decode(),
        "a longer pair": base64.b64encode(b"ann:" + raw).decode(),
        "base64 in percents": quote(base64.b64encode(b"x:" + raw).decode(), safe=""),
        "folded": f"{secret[:7]}\r\n {secret[7:]}",
        "capitals": secret.upper(),
    }
