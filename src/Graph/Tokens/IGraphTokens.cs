using System.Collections.Immutable;
using MetaGrains.Core.Sync;
using MetaGrains.Graph.Errors;

namespace MetaGrains.Graph.Tokens;

/// <summary>
/// The life of access tokens. Needs <see cref="GraphOptions.AppId"/> and <see cref="GraphOptions.AppSecret"/>; without
/// them every method throws <see cref="InvalidOperationException"/> that says so.
/// </summary>
public interface IGraphTokens
{
    /// <summary>Where a person grants the scopes; Meta then leads back with <c>code</c> and the same <paramref name="state"/>.</summary>
    Uri AuthorizeAddress(Uri redirect, string state, IEnumerable<string> scopes);

    /// <summary>Turns the code of a login into a short token. A code works once, with the very same redirect address.</summary>
    /// <exception cref="GraphException">Meta refused.</exception>
    Task<GraphToken> ExchangeCodeAsync(string code, Uri redirect, CancellationToken cancellationToken);

    /// <summary>Turns a token of a person into one of about 60 days. An expired token cannot be exchanged.</summary>
    /// <exception cref="GraphException">Meta refused.</exception>
    Task<GraphToken> ExtendAsync(AccessToken token, CancellationToken cancellationToken);

    /// <summary>Turns an expiring token of a system user into the next one of 60 days.</summary>
    /// <exception cref="GraphException">Meta refused.</exception>
    Task<GraphToken> RefreshSystemUserAsync(AccessToken token, CancellationToken cancellationToken);

    /// <summary>What Meta says about a token, valid or not.</summary>
    /// <exception cref="GraphException">Meta refused.</exception>
    Task<TokenInspection> InspectAsync(AccessToken token, CancellationToken cancellationToken);

    /// <summary>Permissions that the person granted, and not those declined or expired.</summary>
    /// <exception cref="GraphException">Meta refused.</exception>
    Task<ImmutableArray<string>> PermissionsAsync(AccessToken token, CancellationToken cancellationToken);

    /// <summary>Gives back everything that was granted. A token that is dead already is no failure.</summary>
    /// <exception cref="GraphException">Meta refused.</exception>
    Task RevokeAsync(string userId, AccessToken token, CancellationToken cancellationToken);
}
