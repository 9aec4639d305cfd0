using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>A call as it came in: version, path, parameters and token, before anything about it is believed.</summary>
internal sealed class GraphRequest
{
    public GraphRequest(string method, string origin, string path)
    {
        Method = method;
        Origin = origin;
        Path = path;
        Segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The method that is meant: Graph lets a POST carry <c>method=GET</c>, for parameters beyond a URL's length.</summary>
    public string Method { get; private set; }

    /// <summary>Scheme, host and port that the caller used; what <c>paging.next</c> begins with.</summary>
    public string Origin { get; }

    public string Path { get; }

    public string[] Segments { get; private set; }

    /// <summary>The version in the path, <c>v25.0</c>; empty where there is none.</summary>
    public string Version { get; private set; } = "";

    /// <summary>All parameters but the token, in the order given.</summary>
    public List<KeyValuePair<string, string>> Parameters { get; } = [];

    public string? Token { get; set; }

    /// <summary>Whether the page is to be half as long as asked.</summary>
    public bool ShortPage { get; set; }

    public bool IsRead => Method == "GET";

    public string? Find(string name)
    {
        foreach (var (key, value) in Parameters)
        {
            if (key == name)
                return value;
        }

        return null;
    }

    public void Take(string name, string? value)
    {
        if (name == "access_token")
            Token = value;
        else
            Parameters.Add(KeyValuePair.Create(name, value ?? ""));
    }

    /// <summary>Takes the parameters of a query or of an url-encoded body.</summary>
    public void TakeAll(string encoded)
    {
        foreach (var (name, values) in QueryHelpers.ParseQuery(encoded))
            Take(name, values.Count > 0 ? values[^1] : null);
    }

    public void TakeMethod()
    {
        if (Method == "POST" && Find("method") is { Length: > 0 } meant)
            Method = meant.ToUpperInvariant();
    }

    /// <summary>Takes the version off the path.</summary>
    public void TakeVersion(string version)
    {
        Version = version;
        Segments = Segments[1..];
    }

    /// <summary>The same caller at another place: a nested edge, or one of several ids.</summary>
    /// <param name="path">Without the version.</param>
    public GraphRequest At(string path, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var request = new GraphRequest("GET", Origin, Version.Length > 0 ? $"/{Version}/{path}" : $"/{path}") { Token = Token };
        if (Version.Length > 0)
            request.TakeVersion(Version);
        request.Parameters.AddRange(parameters);
        return request;
    }

    /// <summary>Path and parameters without secrets: what may be written down.</summary>
    public string Loggable() =>
        Path + QueryString.Create(Parameters.Where(pair => !Secret(pair.Key)).Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));

    private static bool Secret(string name) =>
        name is "appsecret_proof" or "client_secret" or "input_token" or "fb_exchange_token" or "code" or "verify_token" or "batch";
}
