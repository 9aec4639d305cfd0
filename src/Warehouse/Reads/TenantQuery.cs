using System.Text;
using MetaGrains.Core.Tenancy;
using Npgsql;

namespace MetaGrains.Warehouse.Reads;

/// <summary>
/// A question about rows of one tenant. Whatever it is made of, the tenant's filter is put around it here, in the one
/// place: nobody who asks can leave it out.
/// </summary>
/// <param name="from">A relation with the alias <c>t</c> and a column <c>tenant_id</c>; may name <c>@tenant</c> and parameters of <see cref="With"/>.</param>
/// <param name="columns">What is answered.</param>
/// <param name="keys">In which order.</param>
public sealed class TenantQuery(string from, IReadOnlyList<ReadColumn> columns, IReadOnlyList<ReadKey> keys)
{
    private readonly List<string> _conditions = [];
    private readonly List<NpgsqlParameter> _parameters = [];

    /// <summary>What is answered.</summary>
    public IReadOnlyList<ReadColumn> Columns => columns;

    /// <summary>In which order.</summary>
    public IReadOnlyList<ReadKey> Keys => keys;

    /// <summary>Adds a parameter, which <c>from</c> names.</summary>
    public TenantQuery With(string name, object value)
    {
        _parameters.Add(new NpgsqlParameter(name, value));
        return this;
    }

    /// <summary>Adds a condition over the alias <c>t</c> and its parameter; none where the value is null.</summary>
    public TenantQuery Where(string condition, string name, object? value)
    {
        if (value is null)
            return this;
        _conditions.Add(condition);
        return With(name, value);
    }

    /// <summary>Adds a condition without a parameter.</summary>
    public TenantQuery Where(string condition)
    {
        _conditions.Add(condition);
        return this;
    }

    /// <summary>Reads a place that <see cref="TenantRows.Place"/> named; null when it is none of this order.</summary>
    public ReadPlace? PlaceOf(string text)
    {
        var parts = text.Split('/');
        if (parts.Length != keys.Count)
            return null;
        var values = parts.Zip(keys, (part, key) => CellText.Parse(part, key.Kind)).OfType<object>().ToArray();
        return values.Length == keys.Count ? new ReadPlace(values) : null;
    }

    internal NpgsqlCommand Command(NpgsqlConnection connection, TenantId tenant, int? limit, ReadPlace? after)
    {
        var sql = new StringBuilder($"select {string.Join(", ", columns.Select(column => column.Select).Concat(keys.Select(key => key.Sql)))}\nfrom {from}\nwhere t.tenant_id = @tenant");
        foreach (var condition in _conditions)
            sql.Append($"\n  and ({condition})");
        var command = new NpgsqlCommand { Connection = connection };
        command.Parameters.AddWithValue("tenant", tenant.Value);
        foreach (var parameter in _parameters)
            command.Parameters.Add(parameter.Clone());
        var order = string.Join(", ", keys.Select(key => key.Sql));
        if (after is not null)
        {
            sql.Append($"\n  and ({order}) > ({string.Join(", ", keys.Select((_, index) => $"@after{index}"))})");
            foreach (var (index, value) in after.Values.Index())
                command.Parameters.AddWithValue($"after{index}", value);
        }

        if (keys.Count > 0)
            sql.Append($"\norder by {order}");
        if (limit is { } most)
        {
            sql.Append("\nlimit @limit");
            command.Parameters.AddWithValue("limit", most);
        }

        command.CommandText = sql.ToString();
        return command;
    }
}

/// <summary>A row's place in the order of its query.</summary>
public sealed class ReadPlace
{
    internal ReadPlace(IReadOnlyList<object> values) => Values = values;

    internal IReadOnlyList<object> Values { get; }
}
