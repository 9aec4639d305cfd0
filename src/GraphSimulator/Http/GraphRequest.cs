using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>A call as it came in: version, path, parameters and token, before anything about it is believed.</summary>
internal sealed class GraphRequest
{
    private const int OldestVersion = 22;
    private const int NewestVersion = 26;

    private GraphRequest(string method, string origin, string path)
    {
        Method = method;
        Origin = origin;
        Path = path;
        Segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The newest version that is served.</summary>
    public static string NewestVersionName => $"v{NewestVersion}.0";

    /// <summary>The method that is meant: Graph lets a POST carry <c>method=GET</c>, for parameters beyond a URL's length.</summary>
    public string Method { get; private set; }

    /// <summary>Scheme, host and port that the caller used; what <c>paging.next</c> begins with.</summary>
    public string Origin { get; }

    public string Path { get; }

    public string[] Segments { get; private set; }

    /// <summary>The version in the path, <c>v25.0</c>; empty until <see cref="TakeVersion"/>.</summary>
    public string Version { get; private set; } = "";

    /// <summary>All parameters but the token, in the order given.</summary>
    public List<KeyValuePair<string, string>> Parameters { get; } = [];

    public string? Token { get; private set; }

    public static async Task<GraphRequest> ReadAsync(HttpRequest http)
    {
        var request = new GraphRequest(http.Method, $"{http.Scheme}://{http.Host.Value}", http.Path.Value ?? "/");
        foreach (var (name, values) in http.Query)
            request.Take(name, values.Count > 0 ? values[^1] : null);
        if (HttpMethods.IsPost(http.Method) && http.HasFormContentType)
        {
            foreach (var (name, values) in await http.ReadFormAsync(http.HttpContext.RequestAborted))
                request.Take(name, values.Count > 0 ? values[^1] : null);
        }

        if (request.Token is null
            && http.Headers.TryGetValue(HeaderNames.Authorization, out var authorization)
            && authorization.ToString() is var text
            && text.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            request.Token = text["Bearer ".Length..].Trim();
        }

        if (HttpMethods.IsPost(http.Method) && request.Find("method") is { } meant)
            request.Method = meant.ToUpperInvariant();
        return request;
    }

    public string? Find(string name)
    {
        foreach (var (key, value) in Parameters)
        {
            if (key == name)
                return value;
        }

        return null;
    }

    /// <summary>Takes the version off the path.</summary>
    /// <exception cref="GraphException">There is none, it does not exist, or it is dead for the Marketing API.</exception>
    public void TakeVersion()
    {
        if (Segments.Length == 0)
            throw GraphErrors.UnknownPath("/");
        var first = Segments[0];
        if (first[0] != 'v' || !first.EndsWith(".0", StringComparison.Ordinal)
            || !int.TryParse(first.AsSpan(1, first.Length - 3), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            // Without a version core Graph would use the app's own; marketing calls fail.
            throw GraphErrors.DeprecatedVersion(NewestVersionName);
        }

        if (number is < 1 or > NewestVersion)
            throw GraphErrors.UnknownPath(Path);
        if (number < OldestVersion)
            throw GraphErrors.DeprecatedVersion(NewestVersionName);
        Version = first;
        Segments = Segments[1..];
    }

    /// <summary>Path and parameters without the token: what may be written down.</summary>
    public string Loggable() =>
        Path + QueryString.Create(Parameters.Where(pair => pair.Key is not "appsecret_proof").Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));

    private void Take(string name, string? value)
    {
        if (name == "access_token")
            Token = value;
        else
            Parameters.Add(KeyValuePair.Create(name, value ?? ""));
    }
}
