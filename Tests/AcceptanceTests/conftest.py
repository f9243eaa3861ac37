import pytest

from city import Demo, Webhook


@pytest.fixture(scope="session")
def webhook():
    sink = Webhook()
    yield sink
    sink.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory, webhook):
    """One simulated city for all tests that only look, or that put back what they change."""
    city = Demo(tmp_path_factory.mktemp("demo"), "--webhook", webhook.url)
    try:
        city.seconds_to_ready = city.await_ready()
        yield city
    finally:
        city.close()
        print(city.output()[-4000:])
