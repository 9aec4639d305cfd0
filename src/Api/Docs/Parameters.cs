using MetaGrains.Api.Paging;

namespace MetaGrains.Api.Docs;

/// <summary>Parameters that several routes have.</summary>
internal static class Parameters
{
    public const string ExampleTenant = "acme";
    public const string ExampleAccount = "act_101";

    public static ParameterDoc Limit { get; } =
        new("limit", ParameterPlace.Query, typeof(int), $"Most rows, 1 to {PageRequest.MaxLimit}; {PageRequest.DefaultLimit} when it is left out.", 100);

    public static ParameterDoc Cursor { get; } =
        new("cursor", ParameterPlace.Query, typeof(string), "next_cursor of the page before; left out for the first page.", "MTphY3RfMTAx");

    public static IReadOnlyList<ParameterDoc> Page { get; } = [Limit, Cursor];

    private static readonly ParameterDoc Tenant =
        new("tenant", ParameterPlace.Path, typeof(string), "The tenant's slug or id.", ExampleTenant);

    private static readonly ParameterDoc Account =
        new("account", ParameterPlace.Path, typeof(string), "The ad account: act_123 or 123.", ExampleAccount);

    private static readonly ParameterDoc Tier =
        new("tier", ParameterPlace.Path, typeof(string), "The tier's name.", "medium");

    private static readonly ParameterDoc Silo =
        new("silo", ParameterPlace.Path, typeof(string), "The silo's address, with or without its generation, or its name.", "10.0.0.5:11111");

    /// <summary>The parameters of a path, by their names.</summary>
    public static IEnumerable<ParameterDoc> OfPath(string path) => path.Split('/').Where(segment => segment.StartsWith('{')).Select(segment => segment switch
    {
        "{tenant}" => Tenant,
        "{account}" => Account,
        "{tier}" => Tier,
        "{silo}" => Silo,
        "{id}" when path.Contains("/runs/", StringComparison.Ordinal) => new ParameterDoc("id", ParameterPlace.Path, typeof(long), "The run's id.", 4711L),
        "{id}" when path.EndsWith("/history", StringComparison.Ordinal) => new ParameterDoc("id", ParameterPlace.Path, typeof(string), "Its id at Meta.", "120210000000000001"),
        "{id}" => new ParameterDoc("id", ParameterPlace.Path, typeof(Guid), "The id, as the list shows it.", Guid.Parse("5b0f6f0e-7f5e-4d55-9f64-0d5a5c1f2a10")),
        _ => throw new ArgumentException($"The parameter {segment} of {path} has no description.", nameof(path)),
    });
}
