"""Ways to say an address that must not be reached."""

import socket

LOOPBACK = (
    *("127.0.0.1", "127.0.0.2", "127.255.255.254", "127.1", "127.0.1", "127.0.0.1."),
    # decimal, hexadecimal, octal, mixed, with too many zeros
    *("2130706433", "0x7f000001", "0x7f.1", "0x7F.0x0.0x0.0x1", "0177.0.0.1", "017700000001", "0177.1", "127.0x1"),
    *("00000000177.0.0.1", "127.000.000.001", "4294967295", "281472812449793", "127.0.0.257", "127.0.0.1.."),
    *("0.0.0.0", "0", "0x0", "00", "0.1"),  # noqa: S104
    *("localhost", "localhost.", "LOCALHOST", "sub.localhost", "ip6-localhost", socket.gethostname()),
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::1%25lo]", "[::127.0.0.1]", "[::7f00:1]"),
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:0:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:0001]"),
    *("[64:ff9b::127.0.0.1]", "[64:ff9b:1::127.0.0.1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]"),
    # digits and dots that IDNA turns into 127.0.0.1
    *("\uff11\uff12\uff17.\uff10.\uff10.\uff11", "127\u30020\u30020\u30021", "\u2460\u2461\u2466.0.0.1"),
    *("127\uff0e0\uff0e0\uff0e1", "\U0001d7cf\U0001d7d0\U0001d7d5.0.0.1", "\u0661\u0662\u0667.0.0.1"),
    *("\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3", "lo\u00adcalhost", "\uff4cocalhost"),
    # percent-encoded, NUL, names that only look like another's
    *("%31%32%37.0.0.1", "127%2e0%2e0%2e1", "127.0.0.1%00.pictures.example", "%6cocalhost", "127.0.0.1%2f"),
    *("pictures.example@127.0.0.1", "user:secret@127.0.0.1", "pictures.example\\@127.0.0.1"),
    *("pictures.example#@127.0.0.1", "pictures.example%40127.0.0.1", "127.0.0.1.nip.example", "\t127.0.0.1"),
)

ELSEWHERE = (
    *("10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1", "100.64.0.1", "100.127.255.254"),
    *("169.254.169.254", "169.254.170.2", "168.63.129.16", "[fd00:ec2::254]", "[::ffff:169.254.169.254]"),
    *("[fe80::1]", "[fe80::1%25eth0]", "[fe80::a9fe:a9fe%251]", "[fc00::1]", "[fec0::1]"),
    *("[64:ff9b::a9fe:a9fe]", "[64:ff9b::a00:1]", "[2002:a9fe:a9fe::]", "[2002:a00:1::1]", "[::a9fe:a9fe]"),
    *("224.0.0.1", "239.255.255.250", "255.255.255.255", "240.0.0.1", "[ff02::1]", "[ff0e::1]"),
    *("192.0.0.8", "192.88.99.1", "198.18.0.1", "192.0.2.1", "203.0.113.1", "[2001:db8::1]", "[100::1]"),
)
"""No address of this machine: private, shared, link-local, of clouds, to many, to nobody."""

NOT_THE_WEB = (
    *("file:///etc/passwd", "file://127.0.0.1/etc/passwd", "FILE:///etc/passwd", "ftp://127.0.0.1/a.jpg"),
    *("gopher://127.0.0.1:6379/_INFO", "dict://127.0.0.1:11211/stats", "ldap://127.0.0.1/", "tftp://127.0.0.1/a"),
    *("ws://127.0.0.1/", "wss://127.0.0.1/", "http+unix://%2Fvar%2Frun%2Fdocker.sock/", "unix:///run/docker.sock"),
    *(
        "javascript:alert(1)",
        "data:text/html;base64,AAAA",
        "data:image/png,abc",
        "blob:http://127.0.0.1/1",
        "about:blank",
    ),
    *("jar:http://127.0.0.1/a.jar!/", "view-source:http://127.0.0.1/", "//127.0.0.1/", "/etc/passwd", "", "http://"),
)

WRONG_PORTS = (0, 1, 21, 22, 23, 25, 53, 81, 110, 2375, 3306, 5432, 6379, 8081, 9092, 9200, 11211, 27017, 65535)
