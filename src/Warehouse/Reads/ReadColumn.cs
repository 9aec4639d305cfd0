namespace MetaGrains.Warehouse.Reads;

/// <summary>What a cell holds, and so how it is written.</summary>
public enum CellKind
{
    /// <summary>A text; also ids, which exceed what JSON numbers hold.</summary>
    Text,

    /// <summary>A number, exactly as PostgreSQL prints it; never a double.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Flag,

    /// <summary>A day, <c>YYYY-MM-DD</c>.</summary>
    Day,

    /// <summary>A moment, RFC 3339 in UTC.</summary>
    Time,

    /// <summary>JSON; also lists of texts.</summary>
    Json,
}

/// <summary>A column of an answer.</summary>
/// <param name="Name">Its public name.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Sql">Where it comes from, over the alias <c>t</c>; null for the column of that name.</param>
public sealed record ReadColumn(string Name, CellKind Kind, string? Sql = null)
{
    /// <summary>Several columns of one kind, each named as in the table.</summary>
    public static IEnumerable<ReadColumn> Of(CellKind kind, params string[] names) => names.Select(name => new ReadColumn(name, kind));

    internal string Select => Kind is CellKind.Number or CellKind.Json ? $"({Sql ?? $"t.{Name}"})::text" : Sql ?? $"t.{Name}";
}

/// <summary>A part of the order of an answer; all parts together are unique, so a page can begin after any row.</summary>
/// <param name="Sql">The expression, over the alias <c>t</c>; never null.</param>
/// <param name="Kind"><see cref="CellKind.Text"/>, <see cref="CellKind.Day"/> or <see cref="CellKind.Time"/>.</param>
public sealed record ReadKey(string Sql, CellKind Kind = CellKind.Text);
