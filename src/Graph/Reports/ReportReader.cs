using System.Text.Json;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Sync.Reports;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Http;
using MetaGrains.Graph.Parsing;
using MetaGrains.Graph.Usage;

namespace MetaGrains.Graph.Reports;

/// <summary>Reads what Meta says about report runs (AdReportRun).</summary>
internal static class ReportReader
{
    /// <summary>What a poll asks for. Meta gives the error fields unasked only since v25.0.</summary>
    public const string Fields =
        "id,async_status,async_percent_completion,is_running,error_code,error_subcode,error_message,error_user_title,error_user_msg";

    /// <summary>Reads the answer to the start: <c>report_run_id</c>, which is a string or a number.</summary>
    public static BodyResult<string> Started(ReadOnlyMemory<byte> body, Scrubber scrubber) =>
        JsonAnswer.Read(body, scrubber, root =>
            (JsonAnswer.Text(root, "report_run_id") ?? JsonAnswer.Text(root, "id")) is { Length: > 0 } id && id.All(char.IsAsciiDigit)
                ? id
                : throw new InvalidAnswerException("A report was asked for and has no report_run_id."));

    /// <summary>Reads a poll's answer.</summary>
    public static BodyResult<ReportStatus> Status(ReadOnlyMemory<byte> body, Scrubber scrubber, AdAccountId account) =>
        JsonAnswer.Read(body, scrubber, root =>
        {
            var status = JsonAnswer.Text(root, "async_status") ?? throw new InvalidAnswerException("A report has no async_status.");
            var percent = (int)Math.Clamp(JsonAnswer.Whole(root, "async_percent_completion") ?? 0, 0, 100);
            return status switch
            {
                "Job Not Started" or "Job Started" => new ReportStatus(ReportState.Queued, percent),
                "Job Completed" => new ReportStatus(IsFinished(root, percent) ? ReportState.Completed : ReportState.Running, percent),
                "Job Failed" => Failed(root, scrubber, account, percent),
                "Job Skipped" => new ReportStatus(ReportState.Skipped, percent),
                // A status that is new to us ends like any that lasts too long.
                _ => new ReportStatus(ReportState.Running, percent),
            };
        });

    /// <summary>What a failed poll says: a run that Meta does not know, or nothing about the run.</summary>
    public static ReportStatus OfPoll(GraphException failure) => failure.Kind == GraphErrorKind.Gone
        ? new ReportStatus(ReportState.Unknown, 0, failure)
        : new ReportStatus(ReportState.Unanswered, 0, failure, KindOf(failure));

    // is_running is left out when false.
    private static bool IsFinished(JsonElement root, int percent) => percent == 100 && JsonAnswer.Flag(root, "is_running") != true;

    private static ReportStatus Failed(JsonElement root, Scrubber scrubber, AdAccountId account, int percent)
    {
        var error = new GraphError
        {
            Code = (int?)JsonAnswer.Whole(root, "error_code"),
            Subcode = (int?)JsonAnswer.Whole(root, "error_subcode"),
            Message = scrubber.Clean(JsonAnswer.Text(root, "error_message")),
            UserTitle = scrubber.Clean(JsonAnswer.Text(root, "error_user_title")),
            UserMessage = scrubber.Clean(JsonAnswer.Text(root, "error_user_msg")),
        };
        var failure = GraphException.Refused(error, "report", account, 200, UsageObservation.Unknown);
        return new ReportStatus(
            ReportState.Failed, percent, failure, GraphErrorTable.IsListed(error) ? KindOf(failure) : ReportFailure.Unexplained);
    }

    private static ReportFailure KindOf(GraphException failure) => failure.Kind switch
    {
        GraphErrorKind.Transient or GraphErrorKind.InvalidAnswer or GraphErrorKind.Network => ReportFailure.Transient,
        GraphErrorKind.TooMuchData => ReportFailure.TooLarge,
        _ => ReportFailure.Final,
    };
}
