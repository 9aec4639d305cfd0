using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Rest;

namespace MetaGrains.Cli.Verbs;

/// <summary>Which of the common options a verb takes.</summary>
internal enum ApiScope
{
    /// <summary>It is about the whole installation.</summary>
    All,

    /// <summary>It is about a tenant.</summary>
    Tenant,

    /// <summary>It is about a tenant, or about one ad account of it.</summary>
    TenantOrAccount,

    /// <summary>It is about an ad account.</summary>
    Account,
}

/// <summary>Makes the verbs that ask the REST API.</summary>
internal static class ApiVerb
{
    public const string UrlName = "--url";
    public const string TenantName = "--tenant";
    public const string AccountName = "--account";

    public static Command Create(
        Checkout checkout, string name, string description, string example, ApiScope scope, Option[] options, Func<ApiSession, Task<int>> body,
        Argument? argument = null)
    {
        var verb = Verb.Create(name, description, example, [.. Common(scope), .. options], async (parsed, terminal, cancellationToken) =>
        {
            using var api = new ApiClient(ApiAccess.Resolve(checkout, parsed.GetValue<string>(UrlName)), TimeProvider.System);
            return await body(new ApiSession(checkout, parsed, terminal, api, cancellationToken));
        });
        if (argument is not null)
            verb.Add(argument);
        return verb;
    }

    private static IEnumerable<Option> Common(ApiScope scope)
    {
        if (scope != ApiScope.All)
            yield return Verb.Text(TenantName, "Slug or id. May be left out where the key sees one tenant alone.", "T");
        if (scope is ApiScope.Account or ApiScope.TenantOrAccount)
            yield return Verb.Text(AccountName, "The ad account.", "act_123", required: scope == ApiScope.Account);
        yield return Url();
    }

    public static Option<string?> Url() => Verb.Text(UrlName, $"Where the API is. Default: {Settings.ApiUrl}, what ./metagrains up has started, or port 8080 here.", "URL");
}
