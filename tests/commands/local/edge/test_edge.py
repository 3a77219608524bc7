"""Load balancers and distributions answer as AWS's do, in front of programs that really run."""

import http.client
import ssl
import stat
import subprocess
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from commands.local.place import ROOT
from commands.local.virtual_environment import EMULATOR
from tests.commands.local.edge.back_end import BackEnd, back_end, until
from tests.commands.local.edge.conftest import Edge
from tests.commands.local.edge.template import ALIAS, CERTIFIED

pytestmark = [pytest.mark.wide, pytest.mark.lifecycle, pytest.mark.xdist_group("edge")]
SPOOFED = "203.0.113.7"


def test_names_carry_the_ports_at_which_the_edge_answers(edge: Edge) -> None:
    ports = edge.browser.ports
    assert edge.outputs["Distribution"].endswith(f".cloudfront.localhost:{ports['https']}")
    assert edge.outputs["Internal"].endswith(f".elb.localhost:{ports['http']}")
    described = edge.elb.describe_load_balancers()["LoadBalancers"]
    assert {each["DNSName"] for each in described} == {edge.outputs["Internal"], edge.outputs["Public"]}
    (distribution,) = edge.emulated.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    assert distribution["DomainName"] == edge.outputs["Distribution"]


def test_a_load_balancer_made_by_the_api_has_such_a_name_too(edge: Edge) -> None:
    made = edge.elb.create_load_balancer(Name="by-api", Subnets=["subnet-1"])["LoadBalancers"][0]
    edge.elb.delete_load_balancer(LoadBalancerArn=made["LoadBalancerArn"])
    assert made["DNSName"].endswith(f".elb.localhost:{edge.browser.ports['http']}")


def test_target_sees_the_browser_through_the_distribution(edge: Edge, one: BackEnd) -> None:
    headers = edge.browser.get(f"{edge.https}/a%20b?c=%2Fd", headers={"X-Forwarded-For": SPOOFED}).told[
        "headers"
    ]
    assert headers["x-forwarded-for"] == f"{SPOOFED}, 127.0.0.1, 127.0.0.1"
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-forwarded-port"] == "80"
    assert headers["host"] == edge.outputs["Distribution"]
    assert headers["x-from"] == "the edge"
    assert "CloudFront" in headers["via"]


def test_path_and_query_arrive_as_they_were_sent(edge: Edge, one: BackEnd) -> None:
    assert edge.browser.get(f"{edge.https}/a%20b%2Fc?d=%2Fe&d=f+g").told["path"] == "/a%20b%2Fc?d=%2Fe&d=f+g"


def test_each_cookie_of_an_answer_arrives(edge: Edge, one: BackEnd) -> None:
    assert edge.browser.get(edge.https).all("Set-Cookie") == ["a=1", "b=2"]


def test_an_answer_without_a_body_or_its_type_passes(edge: Edge, one: BackEnd) -> None:
    answer = edge.browser.get(f"{edge.https}/elsewhere")
    assert (answer.status, answer.header("Location")) == (302, "https://elsewhere.example/")
    assert answer.all("Content-Type") == []


def test_plain_http_at_the_distribution_leads_to_https(edge: Edge) -> None:
    name = edge.outputs["Distribution"].partition(":")[0]
    answer = edge.browser.get(f"http://{name}:{edge.browser.ports['http']}/auth?next=x")
    assert (answer.status, answer.header("Location")) == (301, f"{edge.https}/auth?next=x")


def test_load_balancer_terminates_tls_for_its_certificates_name(edge: Edge, one: BackEnd) -> None:
    answer = edge.browser.get(f"https://{CERTIFIED}/")
    assert answer.told["headers"]["host"] == CERTIFIED
    assert answer.told["headers"]["x-forwarded-proto"] == "https"
    assert answer.told["headers"]["x-forwarded-port"] == "443"
    assert answer.told["headers"]["x-forwarded-for"] == "127.0.0.1"
    assert answer.header("Strict-Transport-Security") == "max-age=31536000"


def test_a_name_that_is_kept_elsewhere_reaches_the_only_public_load_balancer(
    edge: Edge, one: BackEnd
) -> None:
    assert (
        edge.browser.get("https://kept-elsewhere.example.org/").told["headers"]["x-forwarded-port"] == "443"
    )


def test_among_several_public_load_balancers_the_name_decides(edge: Edge, one: BackEnd) -> None:
    made = edge.elb.create_load_balancer(Name="second", Subnets=["subnet-1"])["LoadBalancers"][0]
    reached = {name: edge.browser.get(f"https://{name}/").status for name in (CERTIFIED, ALIAS)}
    with pytest.raises(ssl.SSLCertVerificationError):
        edge.browser.get("https://kept-elsewhere.example.org/")
    edge.elb.delete_load_balancer(LoadBalancerArn=made["LoadBalancerArn"])
    assert reached == {CERTIFIED: 200, ALIAS: 200}


def test_a_function_of_the_distribution_writes_the_browsers_address(edge: Edge, one: BackEnd) -> None:
    headers = edge.browser.get(edge.https, headers={"True-Client-IP": SPOOFED}).told["headers"]
    assert headers["true-client-ip"] == "127.0.0.1"


def test_authority_is_kept_and_its_key_is_the_owners_alone(edge: Edge, tmp_path: Path) -> None:
    install = "from commands.local.emulator.edge import certificates; certificates.install(Path(sys.argv[1]))"
    made = []
    for _ in range(2):
        command: list[str | Path] = [
            EMULATOR.python,
            "-c",
            f"import sys; from pathlib import Path; {install}",
            str(tmp_path),
        ]
        subprocess.run(command, cwd=ROOT, check=True)
        made.append((tmp_path / "authority.pem").read_bytes())
    assert made[0] == made[1]
    assert stat.S_IMODE((tmp_path / "authority.key").stat().st_mode) == 0o600


def test_an_authority_is_another_ones_nowhere_else(edge: Edge) -> None:
    strange = replace(edge.browser, authority=None)
    with pytest.raises(ssl.SSLCertVerificationError):
        strange.get(edge.https)


def test_latin_bytes_in_a_header_pass(edge: Edge, one: BackEnd) -> None:
    assert edge.browser.get(edge.https, headers={"X-Name": "Zo\u00eb"}).told["headers"]["x-name"]
    edge.browser.websocket(f"{edge.https}/ws", cookie="name=Zo\u00eb").close()


def test_redirect_of_a_load_balancer_leads_to_the_port_that_stands_for_443(edge: Edge) -> None:
    name = edge.outputs["Public"].partition(":")[0]
    with_port = edge.browser.get(f"http://{edge.outputs['Public']}/a?b=c")
    assert with_port.status == 301
    assert with_port.header("Location") == f"https://{name}:{edge.browser.ports['https']}/a?b=c"
    mapped = edge.browser.get(f"http://{CERTIFIED}/a")
    assert mapped.header("Location") == f"https://{CERTIFIED}:443/a"


def test_rules_of_a_listener_come_before_its_default(edge: Edge) -> None:
    answer = edge.browser.get(f"https://{CERTIFIED}/closed/door")
    assert (answer.status, answer.body) == (403, "closed")


def test_invalid_header_fields_are_dropped(edge: Edge, one: BackEnd) -> None:
    sent = {"not_valid": "1", "valid-1": "2"}
    headers = edge.browser.get(edge.http, headers=sent).told["headers"]
    assert "not_valid" not in headers
    assert headers["valid-1"] == "2"


def test_targets_take_turns(edge: Edge, two: list[BackEnd]) -> None:
    seen = edge.seen(6)
    assert [seen.count(each.address) for each in two] == [3, 3]


def test_a_busy_target_gets_no_more_where_fewest_outstanding_counts(edge: Edge, two: list[BackEnd]) -> None:
    edge.set_group(load_balancing__algorithm__type="least_outstanding_requests")
    busy = edge.browser.begin(f"{edge.http}/stream")
    (rested,) = set(edge.seen(4))
    assert rested in {each.address for each in two}
    for each in two:
        each.release.set()
    busy.read()
    edge.set_group(load_balancing__algorithm__type="round_robin")


def test_a_sticky_browser_stays_with_its_target_while_that_is_well(edge: Edge, two: list[BackEnd]) -> None:
    edge.set_group(
        stickiness__enabled="true", stickiness__type="lb_cookie", stickiness__lb_cookie__duration_seconds="60"
    )
    first = edge.browser.get(edge.https)
    own, cross_origin = (each for each in first.all("Set-Cookie") if each.startswith("AWSALB"))
    assert "SameSite=None" in cross_origin
    cookie = own.partition(";")[0]
    assert set(edge.seen(4, edge.https, cookie=f"x=y; {cookie}")) == {first.told["address"]}
    (its_own,) = (each for each in two if each.address == first.told["address"])
    edge.deregister(its_own)
    until(lambda: edge.states().get(its_own.address) != "healthy")
    assert first.told["address"] not in edge.seen(2, edge.https, cookie=cookie)
    edge.set_group(stickiness__enabled="false")


def test_an_unhealthy_target_leaves_the_rotation_and_comes_back(edge: Edge, two: list[BackEnd]) -> None:
    ill, well = two
    ill.health_status = 500
    until(lambda: edge.states()[ill.address] == "unhealthy")
    assert edge.seen(4) == [well.address] * 4
    described = edge.elb.describe_target_health(
        TargetGroupArn=edge.outputs["InternalTargets"], Targets=[{"Id": ill.address}]
    )
    (why,) = (each["TargetHealth"] for each in described["TargetHealthDescriptions"])
    assert why["Reason"] == "Target.ResponseCodeMismatch"
    assert "[500]" in why["Description"]
    ill.health_status = 200
    until(lambda: edge.states()[ill.address] == "healthy")
    assert set(edge.seen(4)) == {ill.address, well.address}


def test_where_all_are_unhealthy_all_are_tried(edge: Edge, one: BackEnd) -> None:
    one.health_status = 503
    until(lambda: edge.states()[one.address] == "unhealthy")
    assert edge.browser.get(edge.https).status == 200


def test_nobody_registered_says_what_runs_the_application(edge: Edge) -> None:
    answer = edge.browser.get(edge.https)
    assert answer.status == 503
    assert "make try" in answer.body


def test_nobody_registered_says_no_more_where_programs_run(edge: Edge) -> None:
    programs = edge.emulated.place.state / "programs.json"
    programs.write_text("{}")
    answer = edge.browser.get(edge.https)
    programs.unlink()
    assert answer.status == 503
    assert "make try" not in answer.body


def test_a_target_that_is_no_address_of_this_machine_is_never_spoken_to(edge: Edge) -> None:
    group = edge.outputs["InternalTargets"]
    edge.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": "192.0.2.1", "Port": 8080}])
    until(lambda: edge.states()["192.0.2.1"] == "unhealthy")
    assert edge.browser.get(edge.https).status == 503
    edge.elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": "192.0.2.1"}])
    until(lambda: not edge.states())


def test_an_answer_that_is_no_http_is_a_bad_gateway(edge: Edge, one: BackEnd) -> None:
    assert edge.browser.get(f"{edge.https}/broken").status == 502


def test_a_target_that_has_gone_is_a_bad_gateway(edge: Edge) -> None:
    with back_end("127.18.9.4") as gone:
        edge.register(gone)
    answer = edge.browser.get(edge.https)
    edge.deregister(gone)
    until(lambda: not edge.states())
    assert answer.status == 502


def test_a_target_that_says_nothing_for_the_idle_timeout_is_a_gateway_timeout(
    edge: Edge, one: BackEnd
) -> None:
    began = time.monotonic()
    assert edge.browser.get(f"{edge.https}/slow").status == 504
    assert 0.9 < time.monotonic() - began < 3


def test_server_sent_events_are_not_held_back(edge: Edge, one: BackEnd) -> None:
    response = edge.browser.begin(f"{edge.https}/stream")
    assert response.readline() == b"data: first\n"
    one.release.set()
    assert response.read() == b"\ndata: second\n\n"


def test_a_body_that_breaks_off_is_not_taken_for_whole(edge: Edge, one: BackEnd) -> None:
    response = edge.browser.begin(f"{edge.https}/stream")
    assert response.readline() == b"data: first\n"
    with pytest.raises((OSError, http.client.IncompleteRead)):
        response.read()  # the second piece comes later than the idle timeout


def test_upload_arrives(edge: Edge, one: BackEnd) -> None:
    body = b"x" * 3_000_000
    told = edge.browser.get(
        f"{edge.https}/upload", method="POST", body=body, headers={"Expect": "100-continue"}
    ).told
    assert told["body"] == body.decode()
    assert told["headers"]["content-length"] == str(len(body))


def test_websocket_carries_both_ways_through_the_distribution(edge: Edge, one: BackEnd) -> None:
    sock = edge.browser.websocket(f"{edge.https}/ws")
    for frame in (b"\x81\x85abcdHELLO", b"\x89\x80abcd"):  # a text and a ping, masked
        sock.sendall(frame)
        assert sock.recv(100) == frame
    large = b"\x82\xfe\xff\xff" + b"y" * 65_539
    sender = threading.Thread(target=sock.sendall, args=(large,))
    sender.start()
    received = b""
    while len(received) < len(large) and (piece := sock.recv(65_536)):
        received += piece
    sender.join()
    assert received == large
    sock.close()


def test_a_silent_websocket_ends_after_the_idle_timeout(edge: Edge, one: BackEnd) -> None:
    sock = edge.browser.websocket(f"{edge.https}/ws")
    began = time.monotonic()
    assert sock.recv(100) == b""
    assert 0.9 < time.monotonic() - began < 3


def test_a_deregistered_target_ends_what_it_is_answering(edge: Edge, two: list[BackEnd]) -> None:
    response = edge.browser.begin(f"{edge.http}/stream")
    assert response.readline() == b"data: first\n"
    (busy,) = (each for each in two if each.streaming.is_set())
    edge.deregister(busy)
    until(lambda: edge.states()[busy.address] == "draining")
    assert busy.address not in edge.seen(4)
    busy.release.set()
    assert response.read() == b"\ndata: second\n\n"
    until(lambda: busy.address not in edge.states())


def test_the_deregistration_delay_cuts_off(edge: Edge, one: BackEnd) -> None:
    edge.set_group(deregistration_delay__timeout_seconds="0")
    edge.set_idle_timeout(30)
    sock = edge.browser.websocket(f"{edge.https}/ws")
    edge.deregister(one)
    until(lambda: not edge.states(), seconds=3)
    assert sock.recv(100) == b""
    edge.set_idle_timeout(1)
    edge.set_group(deregistration_delay__timeout_seconds="300")
