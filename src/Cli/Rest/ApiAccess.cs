using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Local;
using MetaGrains.Cli.Output;

namespace MetaGrains.Cli.Rest;

/// <summary>Where the API is and what opens it.</summary>
/// <param name="Url">Its address.</param>
/// <param name="Key">The operator's key or a tenant's; never printed.</param>
internal sealed record ApiAccess(Uri Url, string Key)
{
    private const string Default = "http://127.0.0.1:8080";

    /// <summary>
    /// The address: the option, <c>METAGRAINS_API_URL</c>, what <c>up</c> wrote down, port 8080 here. The key:
    /// <c>METAGRAINS_API_KEY</c>, <c>METAGRAINS_OPERATOR_KEY</c>, the checkout's own, which goes to this machine alone.
    /// </summary>
    /// <exception cref="CliException">The address is malformed, or there is no key.</exception>
    public static ApiAccess Resolve(Checkout checkout, string? option)
    {
        var text = option ?? Settings.Read(Settings.ApiUrl) ?? LocalState.Find(checkout)?.Url.AbsoluteUri ?? Default;
        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw CliException.BadInput($"'{text}' is no address of an API: give one such as {Default} by --url or {Settings.ApiUrl}.");
        var key = Settings.Read(Settings.ApiKey) ?? Settings.Read(Settings.OperatorKey) ?? (url.IsLoopback ? LocalSecrets.FindOperatorKey(checkout) : null);
        return key is null
            ? throw CliException.BadInput($"No key for the API at {url}: set {Settings.ApiKey} (a tenant's) or {Settings.OperatorKey}; ./metagrains up makes one for this checkout.")
            : new ApiAccess(url, key.Trim());
    }

    /// <summary>The address alone: the key stays out of logs.</summary>
    public override string ToString() => Url.AbsoluteUri;
}
