"""Names of peers, asked of a name server of our own."""

import asyncio

import dns.message
import dns.rrset
import pytest

from ivr.signalling.resolver import ANY_TRANSPORT, TTL_S_MAX, TTL_S_MIN, DnsResolver, NotFoundError
from ivr.sip.flow import Flow
from ivr.sip.peers import Peer

ZONE = {
    ("one.test.", "A"): ["192.0.2.1"],
    ("one.test.", "AAAA"): ["2001:db8::1"],
    ("two.test.", "A"): ["192.0.2.2"],
    ("_sip._udp.carrier.test.", "SRV"): ["10 60 5070 one.test.", "20 5 5080 two.test."],
    ("_sips._tcp.carrier.test.", "SRV"): ["0 0 5061 two.test."],
    ("carrier.test.", "NAPTR"): [
        '20 50 "s" "SIP+D2U" "" _sip._udp.carrier.test.',
        '10 50 "s" "SIPS+D2T" "" _sips._tcp.carrier.test.',
        '5 50 "s" "E2U+sip" "" _nothing.carrier.test.',
    ],
    ("_sip._tcp.tcp.test.", "SRV"): ["0 0 5060 one.test."],
    ("_sip._udp.tcp.test.", "SRV"): ["0 0 0 ."],
}
TTL_S = 300


class NameServer(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        query = dns.message.from_wire(data)
        name, kind = query.question[0].name, query.question[0].rdtype
        kind = dns.rdatatype.to_text(kind)
        response = dns.message.make_response(query)
        records = ZONE.get((name.to_text(), kind), [])
        if records:
            response.answer.append(dns.rrset.from_text(name, TTL_S, "IN", kind, *records))
        elif not any(known == name.to_text() for known, _ in ZONE):
            response.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(response.to_wire(), addr)


def find(*flows):
    async def run():
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(NameServer, local_addr=("127.0.0.1", 0))
        port = transport.get_extra_info("sockname")[1]
        try:
            return await DnsResolver(["127.0.0.1"], port).find(flows)
        finally:
            transport.close()

    return asyncio.run(run())


def test_an_address_is_not_looked_up():
    found = find(Flow("udp", "192.0.2.7", 5060), Flow("udp", "2001:db8::7", 0))
    assert found.peers == (
        Peer(Flow("udp", "192.0.2.7", 5060), 0),
        Peer(Flow("udp", "2001:db8::7", 5060), 1),
    )


def test_a_name_with_a_port_leads_to_its_addresses():
    found = find(Flow("tcp", "one.test", 5999))
    assert [peer.flow for peer in found.peers] == [
        Flow("tcp", "192.0.2.1", 5999),
        Flow("tcp", "2001:db8::1", 5999),
    ]


def test_a_name_alone_leads_by_its_services():
    found = find(Flow("udp", "carrier.test", 0))
    assert found.peers == (
        Peer(Flow("udp", "192.0.2.1", 5070), 10, 60),
        Peer(Flow("udp", "2001:db8::1", 5070), 10, 60),
        Peer(Flow("udp", "192.0.2.2", 5080), 20, 5),
    )
    assert found.ttl_s == TTL_S


def test_where_any_transport_will_do_the_domain_says_which_it_likes_best():
    found = find(Flow(ANY_TRANSPORT, "carrier.test", 0))
    assert [peer.flow for peer in found.peers] == [
        Flow("tls", "192.0.2.2", 5061),
        Flow("udp", "192.0.2.1", 5070),
        Flow("udp", "2001:db8::1", 5070),
        Flow("udp", "192.0.2.2", 5080),
    ]
    assert [peer.priority for peer in found.peers] == sorted(peer.priority for peer in found.peers)


def test_without_naptr_each_service_is_asked_for_and_one_that_is_not_offered_is_left():
    found = find(Flow(ANY_TRANSPORT, "tcp.test", 0))
    assert {peer.flow.transport for peer in found.peers} == {"tcp"}


def test_without_services_a_name_is_an_address():
    found = find(Flow("udp", "two.test", 0))
    assert found.peers == (Peer(Flow("udp", "192.0.2.2", 5060)),)


def test_spares_come_after_all_that_the_first_leads_to():
    found = find(Flow("udp", "carrier.test", 0), Flow("udp", "two.test", 5090))
    assert found.peers[-1].flow == Flow("udp", "192.0.2.2", 5090)
    assert found.peers[-1].priority > found.peers[-2].priority


def test_a_spare_that_is_not_found_is_left_out_and_looked_for_soon():
    found = find(Flow("udp", "192.0.2.7", 5060), Flow("udp", "nobody.test", 0))
    assert len(found.peers) == 1
    assert found.ttl_s == TTL_S_MIN < TTL_S_MAX


def test_nothing_found_is_said():
    with pytest.raises(NotFoundError, match=r"nobody\.test"):
        find(Flow("udp", "nobody.test", 0))


def test_a_host_that_can_be_no_name_is_not_found():
    flow = Flow("udp", "a..b", 5060)
    with pytest.raises(NotFoundError, match=r"a\.\.b"):
        asyncio.run(DnsResolver().find([flow]))
