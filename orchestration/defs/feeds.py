"""The feeds that are followed, as an asset: what they name lands in the raw folder."""

import dagster as dg

from orchestration.defs.workspace import Workspace
from orchestration.feed_plan import FeedsError, feeds_file, load_feeds
from orchestration.feeds import FeedReport, follow

FEEDS = dg.AssetKey("feeds")


def is_any_feed_listed() -> bool:
    """Tell whether there is something to fetch. A list with a mistake counts, so that the run tells the mistake."""
    try:
        return bool(load_feeds(feeds_file()))
    except FeedsError:
        return True


@dg.asset(
    key=FEEDS,
    group_name="raw",
    kinds={"rss"},
    # A feed that fails is told and passed over; what may pass by itself is a disk or folder that is not there.
    retry_policy=dg.RetryPolicy(max_retries=2, delay=30, backoff=dg.Backoff.EXPONENTIAL),
    description="Podcast feeds of `feeds.yml`, with the transcripts and chapters that they name, kept in `raw/feeds`.",
)
def feeds(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.MaterializeResult:
    """Fetch what is new. A feed that fails is told and costs neither the others nor the run."""
    try:
        listed = load_feeds(feeds_file())
    except FeedsError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    if not listed:
        context.log.info("no feed is listed in feeds.yml: nothing to do")
        return dg.MaterializeResult(metadata=_metadata([]))
    # Nothing of the network is even imported where no feed is listed.
    from orchestration.fetching import Fetcher

    def report(result: FeedReport) -> None:
        (context.log.info if result.is_good else context.log.warning)(result.line())

    done = follow(listed, workspace.settings().raw, Fetcher(), workspace.now(), report)
    return dg.MaterializeResult(metadata=_metadata(done))


def _metadata(done: list[FeedReport]) -> dict[str, dg.MetadataValue]:
    outcomes: list[str] = [result.outcome for result in done]
    return {
        "feeds": dg.MetadataValue.int(len(done)),
        **{
            name: dg.MetadataValue.int(outcomes.count(name))
            for name in ("new", "changed", "unchanged", "gone", "failed")
        },
        "files_kept": dg.MetadataValue.int(sum(len(result.kept) for result in done)),
        "files_failed": dg.MetadataValue.int(sum(len(result.failed) for result in done)),
        "files_waiting": dg.MetadataValue.int(sum(result.waiting_count for result in done)),
        "report": dg.MetadataValue.json([result.line() for result in done]),
    }
