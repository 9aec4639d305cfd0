using System.Collections.Immutable;
using MetaGrains.Core.Sync;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Http;
using MetaGrains.Graph.Parsing;
using Microsoft.Extensions.Options;

namespace MetaGrains.Graph.Tokens;

/// <inheritdoc />
internal sealed class GraphTokens(GraphTransport transport, IOptions<GraphOptions> options, TimeProvider time) : IGraphTokens
{
    private readonly GraphOptions _options = options.Value;

    /// <inheritdoc />
    public Uri AuthorizeAddress(Uri redirect, string state, IEnumerable<string> scopes)
    {
        ArgumentNullException.ThrowIfNull(redirect);
        ArgumentException.ThrowIfNullOrWhiteSpace(state);
        ArgumentNullException.ThrowIfNull(scopes);
        var query = new GraphRequest("oauth", "dialog/oauth", account: null)
            .With("client_id", AppId)
            .With("redirect_uri", redirect.AbsoluteUri)
            .With("state", state)
            .With("response_type", "code")
            .With("scope", string.Join(',', scopes));
        return query.Address(_options.DialogAddress, _options.ApiVersion, proof: null);
    }

    /// <inheritdoc />
    public Task<GraphToken> ExchangeCodeAsync(string code, Uri redirect, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(code);
        ArgumentNullException.ThrowIfNull(redirect);
        return TokenAsync(Oauth().With("redirect_uri", redirect.AbsoluteUri).WithSecret("code", code), cancellationToken);
    }

    /// <inheritdoc />
    public Task<GraphToken> ExtendAsync(AccessToken token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return TokenAsync(Exchange(token), cancellationToken);
    }

    /// <inheritdoc />
    public Task<GraphToken> RefreshSystemUserAsync(AccessToken token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return TokenAsync(Exchange(token).With("set_token_expires_in_60_days", "true"), cancellationToken);
    }

    /// <inheritdoc />
    public async Task<TokenInspection> InspectAsync(AccessToken token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        var request = new GraphRequest("debug_token", "debug_token", account: null).WithSecret("input_token", token.Reveal());
        return (await transport.SendSmallAsync(request, AppToken, TokenReader.Inspection, cancellationToken)).Value;
    }

    /// <inheritdoc />
    public async Task<ImmutableArray<string>> PermissionsAsync(AccessToken token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        var request = new GraphRequest("permissions", "me/permissions", account: null);
        return [.. (await transport.SendSmallAsync(request, token, TokenReader.Granted, cancellationToken)).Value];
    }

    /// <inheritdoc />
    public async Task RevokeAsync(string userId, AccessToken token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (string.IsNullOrEmpty(userId) || !userId.All(char.IsAsciiDigit))
            throw new ArgumentException($"'{userId}' is no id of a person: digits only.", nameof(userId));
        var request = new GraphRequest("permissions", $"{userId}/permissions", account: null) { Method = HttpMethod.Delete };
        try
        {
            await transport.SendSmallAsync(
                request,
                token,
                (body, scrubber) => JsonAnswer.Read(body, scrubber, root =>
                    JsonAnswer.Flag(root, "success") != false ? true : throw new InvalidAnswerException("Meta did not give the permissions back.")),
                cancellationToken);
        }
        catch (GraphException dead) when (dead.Kind == GraphErrorKind.Reauthorise)
        {
            // Nothing is left to give back.
        }
    }

    private string AppId => Needed(_options.AppId, nameof(GraphOptions.AppId));

    private string AppSecret => Needed(_options.AppSecret, nameof(GraphOptions.AppSecret));

    private AccessToken AppToken => new($"{AppId}|{AppSecret}");

    private GraphRequest Oauth() =>
        new GraphRequest("oauth", "oauth/access_token", account: null).With("client_id", AppId).WithSecret("client_secret", AppSecret);

    private GraphRequest Exchange(AccessToken token) =>
        Oauth().With("grant_type", "fb_exchange_token").WithSecret("fb_exchange_token", token.Reveal());

    // No token goes with it: the app's secret in the query is what Meta asks for here.
    private async Task<GraphToken> TokenAsync(GraphRequest request, CancellationToken cancellationToken) =>
        (await transport.SendSmallAsync(request, token: null, (body, scrubber) => TokenReader.Token(body, scrubber, time.GetUtcNow()), cancellationToken)).Value!;

    private static string Needed(string? value, string key) =>
        value ?? throw new InvalidOperationException($"{GraphOptions.Section}:{key} is not set: tokens cannot be exchanged, inspected or revoked without it.");
}
