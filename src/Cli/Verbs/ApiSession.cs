using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using MetaGrains.Core.Accounts;

namespace MetaGrains.Cli.Verbs;

/// <summary>What the body of a verb that asks the API works with.</summary>
internal sealed class ApiSession(Checkout checkout, ParseResult parsed, Terminal terminal, ApiClient api, CancellationToken cancellationToken)
{
    private const int Shown = 5;

    public Checkout Checkout => checkout;

    public Terminal Terminal => terminal;

    public ApiClient Api => api;

    public CancellationToken Cancellation => cancellationToken;

    /// <summary>An option or argument by its name.</summary>
    public T? Value<T>(string name) => parsed.GetValue<T>(name);

    /// <summary>The option <c>--account</c>, as <c>act_123</c>; null when it was left out.</summary>
    /// <exception cref="CliException">It is no ad account id.</exception>
    public string? Account => Value<string>(ApiVerb.AccountName) is not { } text
        ? null
        : AdAccountId.TryParse(text, out var id)
            ? id.ToString()
            : throw CliException.BadInput($"--account must be act_ followed by digits, or the digits alone, not '{text}'.");

    /// <summary>The option <c>--tenant</c>, or the only tenant that the key sees.</summary>
    /// <exception cref="CliException">There is none, or more than one.</exception>
    public async Task<string> TenantAsync()
    {
        if (Value<string>(ApiVerb.TenantName) is { } named)
            return named;
        var seen = await api.ListAsync<Tenant>(Routes.Tenants, cancellationToken, most: Shown + 1);
        return seen.Count switch
        {
            0 => throw CliException.BadInput("There is no tenant yet: make one with ./metagrains tenants create."),
            1 => seen[0].Slug,
            _ => throw CliException.BadInput($"Which tenant? Add --tenant: {string.Join(", ", seen.Take(Shown).Select(tenant => tenant.Slug))}{(seen.Count > Shown ? " …" : "")}."),
        };
    }
}
