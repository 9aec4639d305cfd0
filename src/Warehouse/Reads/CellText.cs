using System.Globalization;
using MetaGrains.Core.Time;
using Npgsql;

namespace MetaGrains.Warehouse.Reads;

/// <summary>The one text form of each kind of cell.</summary>
internal static class CellText
{
    private const string Moment = "yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'";

    public static string? Read(NpgsqlDataReader reader, int ordinal, CellKind kind) => reader.IsDBNull(ordinal) ? null : kind switch
    {
        CellKind.Flag => reader.GetBoolean(ordinal) ? "true" : "false",
        CellKind.Day => DateRange.Iso(reader.GetFieldValue<DateOnly>(ordinal)),
        CellKind.Time => reader.GetDateTime(ordinal).ToString(Moment, CultureInfo.InvariantCulture),
        _ => reader.GetString(ordinal),
    };

    /// <summary>Reads what <see cref="Read"/> wrote of a key; null when it did not write this.</summary>
    public static object? Parse(string text, CellKind kind) => kind switch
    {
        CellKind.Day => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null,
        CellKind.Time => DateTime.TryParseExact(
            text, Moment, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) ? moment : null,
        _ => text,
    };
}
