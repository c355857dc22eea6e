"""Sends frames no decent kernel makes from a container's device, by scapy; prints how many of each kind."""
import socket
import sys
from scapy.all import IP, IPv6, TCP, UDP, ICMP, Raw, IPOption, IPv6ExtHdrHopByHop, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrRouting, fragment, fragment6

device, v4, v6, peer4, peer6 = sys.argv[1:6]
four = IP(src=v4, dst=peer4)
six = IPv6(src=v6, dst=peer6)
udp = UDP(sport=1, dport=9) / Raw(b"x" * 40)
whole = bytes(four / udp)
kinds = {
    "malformed": [
        b"\x45", whole[:19], whole[:27], whole + b"\0", b"\x44" + whole[1:],
        bytes(four / TCP(dataofs=4)), bytes(four / TCP(dataofs=15)), bytes(four / TCP())[:30],
        bytes(IP(src=v4, dst=peer4, len=65535) / udp),
        bytes(IP(src=v4, dst=peer4, frag=8191, flags="MF") / Raw(b"x" * 16)),
        bytes(IP(src=v4, dst=peer4, frag=0, flags="MF") / TCP())[:28],
        bytes(IP(src=v4, dst=peer4, frag=1, proto=6) / Raw(b"x" * 16)),
        bytes(IP(src=v4, dst=peer4, options=[IPOption(b"\x44\x01")]) / udp),
        bytes(six / udp)[:39], bytes(six / udp) + b"\0", bytes(IPv6(src=v6, dst=peer6, plen=60000) / udp),
        bytes(six / IPv6ExtHdrDestOpt(len=200) / udp),
        bytes(six / IPv6ExtHdrDestOpt() / IPv6ExtHdrHopByHop() / udp),
        bytes(IPv6(src=v6, dst=peer6, nh=60) / Raw(b"\x3c\0\0\0\0\0\0\0" * 20)),
    ],
    "unknown_version": [b"\x00" * 40, b"\x55" + whole[1:], b"\xff" * 60, b"\x20" + bytes(40)],
    "source_route": [
        bytes(IP(src=v4, dst=peer4, options=[IPOption(b"\x83\x07\x04\x0a\x00\x00\x04\x00")]) / udp),
        bytes(IP(src=v4, dst=peer4, options=[IPOption(b"\x89\x07\x04\x0a\x00\x00\x04\x00")]) / udp),
        bytes(six / IPv6ExtHdrRouting(type=0, addresses=[peer6]) / udp),
    ],
    "fragment": [bytes(f) for f in fragment(four / UDP() / Raw(b"y" * 3000), 1400)]
        + [bytes(f) for f in fragment6(six / IPv6ExtHdrFragment() / UDP() / Raw(b"y" * 3000), 1280)]
        + [bytes(six / IPv6ExtHdrFragment(offset=0, m=0) / udp)],
    "spoofed": [
        bytes(IP(src="127.0.0.1", dst=peer4) / udp), bytes(IP(src="0.0.0.0", dst=peer4) / udp), bytes(IP(src=peer4, dst=peer4) / udp),
        bytes(IP(src="255.255.255.255", dst=peer4) / udp), bytes(IPv6(src="::1", dst=peer6) / udp), bytes(IPv6(src="::", dst=peer6) / udp),
        bytes(IPv6(src=peer6, dst=peer6) / udp), bytes(IPv6(src="fe80::1", dst=peer6) / udp),
    ],
}
tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
for kind, frames in kinds.items():
    for frame in frames:
        tap.sendto(frame, (device, 0x86DD if frame[0] >> 4 == 6 else 0x0800))
    print(kind, len(frames))
for good in (four / udp, six / udp, four / ICMP(), six / IPv6ExtHdrDestOpt() / udp):
    tap.sendto(bytes(good), (device, 0x86DD if good.version == 6 else 0x0800))
