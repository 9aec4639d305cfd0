using System.Globalization;
using Spectre.Console;

namespace MetaGrains.Cli.Output;

/// <summary>Plain tables of text, and how their cells write times and numbers.</summary>
internal static class TableView
{
    /// <summary>Writes a table. A column whose name starts with <c>&gt;</c> is aligned to the right.</summary>
    public static void Table(this Terminal terminal, string[] columns, IEnumerable<string[]> rows)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in columns)
            table.AddColumn(column.StartsWith('>') ? new TableColumn(column[1..].EscapeMarkup()).RightAligned().NoWrap() : new TableColumn(column.EscapeMarkup()));
        foreach (var row in rows)
            table.AddRow([.. row.Select(cell => cell.EscapeMarkup())]);
        terminal.Console.Write(table);
    }

    /// <summary>A moment in UTC; a dash for none.</summary>
    public static string Cell(DateTimeOffset? moment) => moment?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>A number; a dash for none.</summary>
    public static string Cell(long? number) => number?.ToString("N0", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>A measure, to one place; a dash for none.</summary>
    public static string Cell(double? measure) => measure?.ToString("#,0.#", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>A part of one, in percent; a dash for none.</summary>
    public static string Percent(double? share) => share is { } part ? $"{Cell(part * 100)} %" : "-";

    /// <summary>A text; a dash for none.</summary>
    public static string Cell(string? text) => string.IsNullOrEmpty(text) ? "-" : text;

    /// <summary>Yes or no.</summary>
    public static string Cell(bool value) => value ? "yes" : "no";
}
