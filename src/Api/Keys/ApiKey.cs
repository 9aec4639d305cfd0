using MetaGrains.Api.Json;
using MetaGrains.Api.Problems;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Keys;

/// <summary>A key of a tenant; the key itself is shown once, when it is made.</summary>
/// <param name="Id">Names it in URLs.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Hint">Its first characters.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="RevokedAt">When it was revoked; null while it works.</param>
public sealed record ApiKey(Guid Id, string Name, string Hint, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt)
{
    internal static ApiKey Of(ApiKeyRecord key) => new(key.Id, key.Name, key.Hint, key.CreatedAt, key.RevokedAt);
}

/// <summary>A key that was made just now.</summary>
/// <param name="Id">Names it in URLs.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Hint">Its first characters.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="RevokedAt">Null.</param>
/// <param name="Key">The key. It is kept nowhere and cannot be shown again.</param>
public sealed record CreatedApiKey(Guid Id, string Name, string Hint, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt, string Key);

/// <summary>A key to be made.</summary>
public sealed record NewApiKey : IChecked
{
    private const int LongestName = 100;

    /// <summary>What its owner calls it.</summary>
    public required string Name { get; init; }

    void IChecked.Check(Faults faults) => faults.Text("name", Name, LongestName);
}
