using MetaGrains.Api.Auth;
using MetaGrains.Api.Paging;
using MetaGrains.Api.Problems;
using MetaGrains.Warehouse.Reads;
using Npgsql;

namespace MetaGrains.Api.Reads;

/// <summary>How a table is asked for.</summary>
/// <param name="Name">Its name, for a file.</param>
/// <param name="Query">The rows.</param>
/// <param name="Format">json or csv.</param>
/// <param name="Page">Which page; null for all rows, as a stream.</param>
/// <param name="Totals">Rows to stand below the others under <c>totals</c>; null for none.</param>
internal sealed record TableAsk(string Name, TenantQuery Query, string Format, PageRequest? Page, TenantQuery? Totals = null);

/// <summary>Answers with the rows of a tenant, all of one moment: a page, or a stream that keeps none in memory.</summary>
internal sealed class TableAnswers(TenantReads reads, StreamSlots slots)
{
    private static readonly TimeSpan LongestPage = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestStream = TimeSpan.FromMinutes(15);

    public IResult Of(TenantScope scope, TableAsk ask) => new Table(this, scope, ask);

    private async Task WriteAsync(HttpContext context, TenantScope scope, TableAsk ask)
    {
        var cancellationToken = context.RequestAborted;
        var after = ask.Page?.After is { } text ? ask.Query.PlaceOf(text) ?? throw PageRequest.BadCursor() : null;
        using var slot = ask.Page is null ? await slots.TakeAsync(cancellationToken) : null;
        var longest = ask.Page is null ? LongestStream : LongestPage;
        try
        {
            await using var snapshot = await reads.OpenAsync(scope.Id, longest, cancellationToken);
            if (ask.Format == ReadParameters.Csv)
                await WriteCsvAsync(context, snapshot, ask, after, cancellationToken);
            else
                await WriteJsonAsync(context, snapshot, ask, after, cancellationToken);
        }
        catch (PostgresException late) when (late.SqlState == PostgresErrorCodes.QueryCanceled && !cancellationToken.IsCancellationRequested && !context.Response.HasStarted)
        {
            throw ProblemException.Unavailable(
                $"The answer took longer than {longest.TotalSeconds:0} s.", "Ask for fewer days, for one account, or for all rows without limit and cursor.", retryAfter: 5);
        }
    }

    private static async Task WriteCsvAsync(HttpContext context, TenantSnapshot snapshot, TableAsk ask, ReadPlace? after, CancellationToken cancellationToken)
    {
        await using var sink = new ResponseSink(context, CsvFormat.MediaType, $"{ask.Name}.csv");
        var csv = new CsvFormat(sink.Buffer);
        csv.Begin(ask.Query.Columns);
        var cursor = await RowsAsync(snapshot, ask, after, csv, sink, cancellationToken);
        if (cursor is not null)
            context.Response.Headers["Next-Cursor"] = cursor;
        await sink.EndAsync(cancellationToken);
    }

    private static async Task WriteJsonAsync(HttpContext context, TenantSnapshot snapshot, TableAsk ask, ReadPlace? after, CancellationToken cancellationToken)
    {
        await using var sink = new ResponseSink(context, JsonFormat.MediaType, fileName: null);
        using var json = new JsonFormat(sink.Buffer);
        json.Open();
        json.BeginList("data", ask.Query.Columns);
        var cursor = await RowsAsync(snapshot, ask, after, json, sink, cancellationToken);
        json.EndList();
        json.Text("next_cursor", cursor);
        if (ask.Totals is { } totals)
        {
            json.BeginList("totals", totals.Columns);
            await using var rows = await snapshot.ReadAsync(totals, limit: null, after: null, cancellationToken);
            while (await rows.NextAsync(cancellationToken))
                json.Row(rows);
            json.EndList();
        }

        json.Close();
        await sink.EndAsync(cancellationToken);
    }

    // One row more than is shown tells whether there is another page.
    private static async Task<string?> RowsAsync(
        TenantSnapshot snapshot, TableAsk ask, ReadPlace? after, IRowFormat format, ResponseSink sink, CancellationToken cancellationToken)
    {
        await using var rows = await snapshot.ReadAsync(ask.Query, ask.Page?.Fetch, after, cancellationToken);
        var place = "";
        for (var shown = 0; await rows.NextAsync(cancellationToken); shown++)
        {
            if (shown == ask.Page?.Limit)
                return PageRequest.Cursor(place);
            format.Row(rows);
            if (ask.Page is not null)
                place = rows.Place();
            else
                await sink.SendFullAsync(cancellationToken);
        }

        return null;
    }

    private sealed class Table(TableAnswers answers, TenantScope scope, TableAsk ask) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => answers.WriteAsync(httpContext, scope, ask);
    }
}
