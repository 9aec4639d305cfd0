using System.Text;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Sync;

namespace MetaGrains.Graph.Http;

/// <summary>
/// One GET: a path below the version and its parameters. The token is not part of it and never stands in a URL; the
/// text form is the path alone.
/// </summary>
internal sealed class GraphRequest(string edge, string path, AdAccountId? account)
{
    private readonly StringBuilder _query = new();

    /// <summary>What is asked, for metrics and messages: <c>insights</c>, <c>adaccounts</c> or <c>adaccount</c>.</summary>
    public string Edge => edge;

    /// <summary>The account that is asked about.</summary>
    public AdAccountId? Account => account;

    /// <summary>Asked before each attempt.</summary>
    public ICallPermits Permits { get; init; } = CallPermits.Unlimited;

    /// <summary>Adds a parameter; the value is encoded here and nowhere else.</summary>
    public GraphRequest With(string name, string value)
    {
        _query.Append(_query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return this;
    }

    /// <summary>The address.</summary>
    public Uri Address(GraphOptions options, string? proof)
    {
        var root = options.BaseAddress.AbsoluteUri.TrimEnd('/');
        var separator = _query.Length == 0 ? '?' : '&';
        return new Uri(proof is null
            ? $"{root}/{options.ApiVersion}/{path}{_query}"
            : $"{root}/{options.ApiVersion}/{path}{_query}{separator}appsecret_proof={proof}");
    }

    /// <inheritdoc />
    public override string ToString() => path;
}
