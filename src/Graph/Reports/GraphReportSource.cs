using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Reports;
using MetaGrains.Graph.Batch;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Http;
using MetaGrains.Graph.Insights;
using MetaGrains.Graph.Parsing;

namespace MetaGrains.Graph.Reports;

/// <inheritdoc />
internal sealed class GraphReportSource(GraphTransport transport, GraphBatch batch, InsightsWalk walk, TimeProvider time) : IReportSource
{
    /// <inheritdoc />
    public string Question(InsightsQuery query)
    {
        var request = Ask(query);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{request}?{request.Body}")).AsSpan(0, 16));
    }

    /// <inheritdoc />
    public async Task<ReportRun> StartAsync(InsightsQuery query, AccessToken token, int attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(token);
        ArgumentOutOfRangeException.ThrowIfLessThan(attempt, 1);
        var answer = await transport.SendSmallAsync(Ask(query), token, ReportReader.Started, cancellationToken);
        var now = time.GetUtcNow();
        return new ReportRun
        {
            Id = answer.Value,
            Account = query.Account,
            Question = Question(query),
            StartedAt = now,
            ProgressAt = now,
            Attempt = attempt,
        };
    }

    /// <inheritdoc />
    public async Task<ImmutableArray<ReportStatus>> PollAsync(IReadOnlyList<ReportPoll> polls, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(polls);
        var statuses = new ReportStatus[polls.Count];
        foreach (var sameToken in Enumerable.Range(0, polls.Count).GroupBy(index => polls[index].Token.Reveal(), StringComparer.Ordinal))
        {
            var places = sameToken.ToArray();
            var token = polls[places[0]].Token;
            var answers = await batch.SendAsync([.. places.Select(place => Poll(polls[place]))], token, cancellationToken);
            for (var index = 0; index < places.Length; index++)
                statuses[places[index]] = Status(polls[places[index]], answers[index], token);
        }

        return [.. statuses];
    }

    /// <inheritdoc />
    public IAsyncEnumerable<InsightPage> ReadAsync(InsightsQuery query, ReportRun run, AccessToken token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(token);
        return run.Question == Question(query)
            ? walk.ReadAsync(query, $"the report {run.Id} of {run.Account}", run.After, (limit, after) => Page(query, run, limit, after), token, cancellationToken)
            : throw new ArgumentException($"Report run {run.Id} answers another question than this query: ask for a new one.", nameof(run));
    }

    /// <inheritdoc />
    public async Task DropAsync(ReportPoll run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        var request = new GraphRequest("report", run.Run.Id, run.Run.Account) { Method = HttpMethod.Delete, Permits = run.Permits };
        try
        {
            await transport.SendSmallAsync(request, run.Token, (body, scrubber) => JsonAnswer.ReadAny(body, scrubber, _ => true), cancellationToken);
        }
        catch (GraphException gone) when (gone.Kind == GraphErrorKind.Gone)
        {
            // What was to be achieved is so.
        }
    }

    private static GraphRequest Ask(InsightsQuery query)
    {
        try
        {
            return InsightsRequest.OfReport(query);
        }
        catch (ArgumentException mistake)
        {
            throw InsightsRequest.Unaskable(query.Report, mistake);
        }
    }

    private static GraphRequest Poll(ReportPoll poll) =>
        new GraphRequest("report", poll.Run.Id, poll.Run.Account) { Permits = poll.Permits }.With("fields", ReportReader.Fields);

    // The result has the fields that were asked for at the start.
    private static GraphRequest Page(InsightsQuery query, ReportRun run, int limit, string? after)
    {
        var request = new GraphRequest("insights", $"{run.Id}/insights", run.Account) { Permits = query.Permits }
            .With("limit", limit.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return after is null ? request : request.With("after", after);
    }

    private ReportStatus Status(ReportPoll poll, BatchAnswer answer, AccessToken token)
    {
        try
        {
            return answer.Read(body => ReportReader.Status(body, transport.ScrubberFor(token), poll.Run.Account).Value!);
        }
        catch (GraphException failure)
        {
            return ReportReader.OfPoll(failure);
        }
    }
}
