using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Control;

/// <summary>Where a page of a list ended that is in the order of making.</summary>
/// <param name="CreatedAt">When the last row was made.</param>
/// <param name="Id">Its id.</param>
public sealed record RowPlace(DateTimeOffset CreatedAt, Guid Id)
{
    /// <summary>Adds two parameters, both null for the first page.</summary>
    internal static void Bind(NpgsqlCommand command, RowPlace? place)
    {
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = place is null ? DBNull.Value : place.CreatedAt.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Uuid, Value = place is null ? DBNull.Value : place.Id });
    }
}
