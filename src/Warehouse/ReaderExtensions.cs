using Npgsql;

namespace MetaGrains.Warehouse;

/// <summary>Columns that may be null.</summary>
internal static class ReaderExtensions
{
    public static T? Value<T>(this NpgsqlDataReader reader, int column)
        where T : struct => reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);

    public static string? Line(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
