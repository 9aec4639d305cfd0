using System.Globalization;
using System.Runtime.CompilerServices;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Sync;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Http;
using MetaGrains.Graph.Insights;
using Microsoft.Extensions.Options;

namespace MetaGrains.Graph.Accounts;

/// <summary>The ad accounts that a token sees.</summary>
public interface IGraphAdAccounts
{
    /// <summary>All accounts of the token's person or system user, over all pages of <c>/me/adaccounts</c>.</summary>
    /// <exception cref="GraphException">Meta refused, or what came back is no valid answer.</exception>
    IAsyncEnumerable<GraphAdAccount> ListAsync(AccessToken token, CancellationToken cancellationToken) =>
        ListAsync(token, CallPermits.Unlimited, cancellationToken);

    /// <summary>The same, with a permit for each HTTP request.</summary>
    /// <exception cref="GraphException">Meta refused, or what came back is no valid answer.</exception>
    IAsyncEnumerable<GraphAdAccount> ListAsync(AccessToken token, ICallPermits permits, CancellationToken cancellationToken);

    /// <summary>One account.</summary>
    /// <exception cref="GraphException">Meta refused; <see cref="GraphErrorKind.Gone"/> when the token does not see it.</exception>
    Task<GraphAdAccount> GetAsync(AdAccountId account, AccessToken token, CancellationToken cancellationToken);
}

/// <inheritdoc />
internal sealed class GraphAdAccounts(GraphTransport transport, IOptions<GraphOptions> options) : IGraphAdAccounts
{
    private readonly GraphOptions _options = options.Value;

    /// <inheritdoc />
    public async IAsyncEnumerable<GraphAdAccount> ListAsync(
        AccessToken token,
        ICallPermits permits,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(permits);
        var walk = new CursorWalk("the list of ad accounts", _options.MaxPages);
        bool more;
        do
        {
            var request = new GraphRequest("adaccounts", "me/adaccounts", account: null) { Permits = permits }
                .With("fields", AdAccountReader.Fields)
                .With("limit", _options.AccountsPageLimit.ToString(CultureInfo.InvariantCulture));
            if (walk.After is { } after)
                request.With("after", after);
            var answer = await transport.SendSmallAsync(request, token, AdAccountReader.Page, cancellationToken);
            more = Advance(walk, answer);
            foreach (var account in answer.Value.Accounts)
                yield return account;
        }
        while (more);
    }

    /// <inheritdoc />
    public async Task<GraphAdAccount> GetAsync(AdAccountId account, AccessToken token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        var request = new GraphRequest("adaccount", account.ToString(), account).With("fields", AdAccountReader.Fields);
        return (await transport.SendSmallAsync(request, token, AdAccountReader.Node, cancellationToken)).Value;
    }

    private static bool Advance(CursorWalk walk, GraphAnswer<AdAccountPage> answer)
    {
        try
        {
            return walk.Advance(answer.Value.Paging);
        }
        catch (GraphException failure)
        {
            failure.CallsMade = answer.Calls;
            throw;
        }
    }
}
