using System.Globalization;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Json;
using MetaGrains.Api.Paging;
using MetaGrains.Api.Problems;
using MetaGrains.Api.Requests;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Tenancy;
using MetaGrains.Core.Time;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Reads;

namespace MetaGrains.Api.Reads;

/// <summary>Reads the parameters that tables are asked by, and collects all that is wrong with them.</summary>
internal sealed class ReadParameters(Query query)
{
    public const string Json = "json";
    public const string Csv = "csv";

    /// <summary>Most entries of a list.</summary>
    public const int LongestList = 500;

    private const int LongestId = 32;
    private const int LongestName = 100;

    private static readonly string[] Formats = [Json, Csv];
    private static readonly string[] Moments = ["yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    /// <summary>What was found wrong so far.</summary>
    public Faults Faults { get; } = new();

    public static ParameterDoc AccountsDoc { get; } =
        new("account", ParameterPlace.Query, typeof(string), "Only of these ad accounts: act_123 or 123, several by commas.", Parameters.ExampleAccount);

    public static IReadOnlyList<ParameterDoc> DaysDoc { get; } =
    [
        new("since", ParameterPlace.Query, typeof(DateOnly), "The first day, in the account's zone.", new DateOnly(2026, 3, 1)),
        new("until", ParameterPlace.Query, typeof(DateOnly), "The last day.", new DateOnly(2026, 3, 7)),
    ];

    /// <summary>Format and pages.</summary>
    public static IReadOnlyList<ParameterDoc> TableDoc { get; } =
    [
        new("format", ParameterPlace.Query, typeof(string), "json (when it is left out) or csv: RFC 4180 with a header; its next cursor is the header Next-Cursor.", Json),
        Parameters.Limit with { Description = $"Most rows of a page, 1 to {PageRequest.MaxLimit}. Without limit and cursor all rows come, as one stream." },
        Parameters.Cursor,
    ];

    /// <summary>The page that is asked for; null for all rows.</summary>
    public PageRequest? Page(PageRequest page) => query.Text("limit") is null && query.Text("cursor") is null ? null : page;

    public string Format() => Word("format", Formats) ?? Json;

    public string? Word(string name, IReadOnlyCollection<string> allowed)
    {
        var word = query.Text(name);
        Faults.OneOf(name, word, allowed);
        return word;
    }

    public bool? Flag(string name) => Word(name, ["true", "false"]) is { } word ? word == "true" : null;

    /// <summary>A name that only PostgreSQL knows.</summary>
    public string? Name(string name)
    {
        var text = query.Text(name);
        Faults.Text(name, text, LongestName);
        return text;
    }

    public DateOnly? Day(string name)
    {
        if (query.Text(name) is not { } text)
            return null;
        if (DateConverter.TryParse(text, out var day))
            return day;
        Faults.Add(name, $"{name} is '{Quoted.Of(text)}'.", "Send a day as YYYY-MM-DD.");
        return null;
    }

    /// <summary><c>since</c> and <c>until</c>.</summary>
    public (DateOnly? Since, DateOnly? Until) Days()
    {
        var (since, until) = (Day("since"), Day("until"));
        if (since > until)
            Faults.Add("until", $"until {DateRange.Iso(until.Value)} is before since {DateRange.Iso(since.Value)}.", "Swap them.");
        return (since, until);
    }

    public DateTimeOffset? Moment(string name)
    {
        if (query.Text(name) is not { } text)
            return null;
        var sent = text.EndsWith('Z') ? text[..^1] + "+00:00" : text;
        if (DateTimeOffset.TryParseExact(sent, Moments, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment))
            return moment;
        Faults.Add(name, $"{name} is '{Quoted.Of(text)}'.", "Send a moment with its zone, such as 2026-03-02T08:00:00Z; a + in a URL is written %2B.");
        return null;
    }

    /// <summary>Meta's ids, several by commas.</summary>
    public IReadOnlyList<string>? Ids(string name) =>
        List(name, "no id of Meta's", "Send digits, several by commas.", text => text.Length <= LongestId && text.All(char.IsAsciiDigit) ? text : null);

    /// <summary>Words in capitals, several by commas.</summary>
    public IReadOnlyList<string>? Capitals(string name) => List(
        name, "no status of Meta's", "Send words such as ACTIVE or PAUSED, several by commas.",
        text => text.Length <= LongestName && text.All(letter => char.IsAsciiLetterUpper(letter) || letter == '_') ? text : null);

    /// <summary>Words in small letters, several by commas.</summary>
    public IReadOnlyList<string>? Names(string name) => List(
        name, "no name", "Send names such as spend, several by commas.",
        text => text.Length <= LongestName && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') ? text : null);

    /// <summary>Ad accounts of the tenant. Any other, whoever may have it, is not found.</summary>
    public async Task<IReadOnlyList<string>?> AccountsAsync(TenantId tenant, AccountDirectory accounts, CancellationToken cancellationToken)
    {
        var named = List("account", "no ad account id", "Send act_ followed by digits, or the digits alone; several by commas.",
            text => AdAccountId.TryParse(text, out var id) ? id.ToString() : null);
        Faults.Throw();
        if (named is null)
            return null;
        var known = await accounts.KnownAsync(tenant, named, cancellationToken);
        return named.FirstOrDefault(account => !known.Contains(account)) is { } missing
            ? throw ProblemException.NotFound("account", $"The tenant has no ad account {missing}.", "GET /v1/tenants/{tenant}/accounts lists its accounts.")
            : named;
    }

    /// <summary>Chooses columns by their names, in the order that is asked for.</summary>
    public IReadOnlyList<ReadColumn> Columns(InsightColumns known)
    {
        if (Names("fields") is not { } names)
            return known.Usual;
        var columns = new List<ReadColumn>();
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            if (known.All.FirstOrDefault(column => column.Name == name) is { } column)
                columns.Add(column);
            else
                Faults.OneOf("fields", name, [.. known.All.Select(column => column.Name)]);
        }

        return columns;
    }

    private string[]? List(string name, string wrong, string fix, Func<string, string?> read)
    {
        if (query.Text(name) is not { } text)
            return null;
        var sent = text.Split(',');
        if (sent.Length > LongestList)
        {
            Faults.Add(name, $"{name} has {sent.Length} entries.", $"Send at most {LongestList}.");
            return null;
        }

        var found = sent.Select(entry => entry.Length == 0 ? null : read(entry)).ToArray();
        var bad = Array.IndexOf(found, null);
        if (bad < 0)
            return [.. found.OfType<string>().Distinct(StringComparer.Ordinal)];
        Faults.Add(name, $"'{Quoted.Of(sent[bad])}' in {name} is {wrong}.", fix);
        return null;
    }
}
