using System.Net;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.Tokens;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace MetaGrains.GraphSimulator.OAuth;

/// <summary>
/// The dialog in which a user allows the app: <c>/dialog/oauth</c>, with or without a version. A page with two buttons;
/// the parameter <c>sim_decision</c> (<c>allow</c> or <c>deny</c>) presses one for a caller without a browser.
/// </summary>
internal sealed class DialogEndpoint(TimeProvider clock, SimulatedApp app, CodeBook codes)
{
    private const string Decision = "sim_decision";

    public static bool IsDialog(PathString path)
    {
        var parts = (path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts is ["dialog", "oauth"] || (parts is [var version, "dialog", "oauth"] && GraphVersions.IsVersion(version));
    }

    public async Task HandleAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var redirect = query["redirect_uri"].ToString();
        if (query["client_id"] != app.Id || !Uri.TryCreate(redirect, UriKind.Absolute, out var target) || target.Scheme is not ("http" or "https"))
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await PageAsync(http, "<h1>Invalid request</h1><p>The app or its redirect_uri is not known.</p>");
            return;
        }

        switch (query[Decision].ToString())
        {
            case "allow": http.Response.Redirect(Allowed(query, redirect)); break;
            case "deny": http.Response.Redirect(Denied(query, redirect)); break;
            default: await PageAsync(http, Question(http.Request)); break;
        }
    }

    private string Allowed(IQueryCollection query, string redirect)
    {
        var scopes = query["scope"].ToString().Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var code = codes.Give(new Grant(redirect, [.. scopes.Append("public_profile").Distinct(StringComparer.Ordinal)], clock.GetUtcNow()));
        return With(redirect, query, ("code", code));
    }

    private static string Denied(IQueryCollection query, string redirect) => With(
        redirect,
        query,
        ("error", "access_denied"),
        ("error_code", "200"),
        ("error_description", "Permissions error"),
        ("error_reason", "user_denied"));

    private static string With(string redirect, IQueryCollection query, params (string Name, string Value)[] parameters)
    {
        foreach (var (name, value) in parameters)
            redirect = QueryHelpers.AddQueryString(redirect, name, value);
        return query.ContainsKey("state") ? QueryHelpers.AddQueryString(redirect, "state", query["state"].ToString()) : redirect;
    }

    private static string Question(HttpRequest request)
    {
        var here = $"{request.Path}{request.QueryString}";
        var scopes = WebUtility.HtmlEncode(request.Query["scope"].ToString());
        return $"""
            <h1>Simulated App</h1>
            <p>wants these permissions: {scopes}</p>
            <p><a id="allow" href="{Link("allow")}">Allow</a> <a id="deny" href="{Link("deny")}">Cancel</a></p>
            """;

        string Link(string decision) => WebUtility.HtmlEncode(QueryHelpers.AddQueryString(here, Decision, decision));
    }

    private static Task PageAsync(HttpContext http, string body)
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        return http.Response.WriteAsync($"<!DOCTYPE html>\n<html><head><title>Log in</title></head><body>\n{body}\n</body></html>\n", http.RequestAborted);
    }
}
