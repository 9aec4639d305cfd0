using System.Net.Http.Headers;
using System.Text;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Sync;

namespace MetaGrains.Graph.Http;

/// <summary>
/// One request: a path below the version and its parameters, which a POST carries in its body. The token is not part
/// of it and never stands in a URL; the text form is the path alone.
/// </summary>
internal sealed class GraphRequest(string edge, string path, AdAccountId? account)
{
    private readonly StringBuilder _parameters = new();
    private List<string>? _secrets;

    /// <summary>What is asked, for metrics and messages: <c>insights</c>, <c>adaccounts</c>, <c>report</c> …</summary>
    public string Edge => edge;

    /// <summary>The account that is asked about.</summary>
    public AdAccountId? Account => account;

    /// <summary>The verb.</summary>
    public HttpMethod Method { get; init; } = HttpMethod.Get;

    /// <summary>Asked before each attempt, once for all calls that the request counts as.</summary>
    public ICallPermits Permits { get; init; } = CallPermits.Unlimited;

    /// <summary>Calls that Meta counts for it: one, or one for each item of a batch and each id of <c>ids=</c>.</summary>
    public int Calls { get; init; } = 1;

    /// <summary>The path with the parameters of a GET, as an item of a batch names it.</summary>
    public string RelativeUrl => InBody || _parameters.Length == 0 ? path : $"{path}?{_parameters}";

    /// <summary>The parameters of a POST, encoded.</summary>
    public string Body => InBody ? _parameters.ToString() : "";

    /// <summary>Values that must reach no message and no log.</summary>
    public IReadOnlyList<string> Secrets => _secrets ?? [];

    private bool InBody => Method == HttpMethod.Post;

    /// <summary>Adds a parameter; the value is encoded here and nowhere else.</summary>
    public GraphRequest With(string name, string value)
    {
        if (_parameters.Length > 0)
            _parameters.Append('&');
        _parameters.Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return this;
    }

    /// <summary>Adds a parameter that is a secret.</summary>
    public GraphRequest WithSecret(string name, string value)
    {
        (_secrets ??= []).Add(value);
        return With(name, value);
    }

    /// <summary>The address at the Graph API's host.</summary>
    public Uri Address(GraphOptions options, string? proof) => Address(options.BaseAddress, options.ApiVersion, proof);

    /// <summary>The address at a host.</summary>
    public Uri Address(Uri host, string version, string? proof)
    {
        var address = $"{host.AbsoluteUri.TrimEnd('/')}/{version}/{RelativeUrl}";
        if (proof is null || InBody)
            return new Uri(address);
        return new Uri($"{address}{(_parameters.Length == 0 ? '?' : '&')}appsecret_proof={proof}");
    }

    /// <summary>The form of a POST; null for every other verb.</summary>
    public HttpContent? Content(string? proof)
    {
        if (!InBody)
            return null;
        var separator = _parameters.Length == 0 ? "" : "&";
        var form = proof is null ? Body : $"{Body}{separator}appsecret_proof={proof}";
        return new ByteArrayContent(Encoding.ASCII.GetBytes(form))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded") },
        };
    }

    /// <inheritdoc />
    public override string ToString() => path;
}
