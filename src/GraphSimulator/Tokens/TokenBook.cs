using System.Collections.Concurrent;
using System.Globalization;
using MetaGrains.GraphSimulator.Http;

namespace MetaGrains.GraphSimulator.Tokens;

/// <summary>All tokens: those known from the start, those of the options, and those that OAuth or a test made.</summary>
internal sealed class TokenBook
{
    private readonly ConcurrentDictionary<string, SimulatedToken> _tokens = new(StringComparer.Ordinal);

    public TokenBook(IReadOnlyList<SimulatedToken> more, SimulatedApp app)
    {
        App = app;
        Put(new SimulatedToken(SimulatorTokens.Valid));
        Put(new SimulatedToken(SimulatorTokens.Expired, SimulatedTokenState.Expired));
        Put(new SimulatedToken(SimulatorTokens.Revoked, SimulatedTokenState.Revoked));
        Put(new SimulatedToken(SimulatorTokens.Checkpointed, SimulatedTokenState.Checkpointed));
        Put(new SimulatedToken(SimulatorTokens.WithoutScopes) { Scopes = ["public_profile"] });
        foreach (var token in more)
            Put(token);
    }

    public SimulatedApp App { get; }

    public IReadOnlyList<SimulatedToken> All => [.. _tokens.Values.OrderBy(token => token.Token, StringComparer.Ordinal)];

    public void Put(SimulatedToken token) => _tokens[token.Token] = token;

    public bool Remove(string token) => _tokens.TryRemove(token, out _);

    public SimulatedToken? Find(string token) => _tokens.GetValueOrDefault(token);

    /// <summary>Takes permissions away from every token of a user, as the user does in the settings.</summary>
    /// <param name="scope">Null for all: the app is removed.</param>
    public void Revoke(string userId, string? scope)
    {
        foreach (var token in _tokens.Values.Where(token => token.UserId == userId && token.State == SimulatedTokenState.Valid))
        {
            Put(scope is null
                ? token with { State = SimulatedTokenState.Revoked }
                : token with { Scopes = [.. token.Scopes.Where(granted => granted != scope)] });
        }
    }

    /// <exception cref="GraphException">The token is missing, unknown or not valid, or its proof is wrong.</exception>
    public Session Open(GraphRequest request, DateTimeOffset now)
    {
        if (request.Token is not { Length: > 0 } text)
            throw GraphErrors.NoToken();
        if (text == App.Token)
            return new Session(new SimulatedToken(text) { Scopes = [], Accounts = [] }, IsApp: true);
        var token = Find(text) ?? throw GraphErrors.BadToken(null, "Invalid OAuth access token - Cannot parse access token");
        if (Fault(token, now) is { } fault)
            throw new GraphException(fault);
        AppSecretProof.Check(request, App);
        return new Session(token, IsApp: false);
    }

    /// <summary>What Meta says of a token that is not valid; null for one that is.</summary>
    public GraphError? Fault(SimulatedToken token, DateTimeOffset now)
    {
        var state = token.State == SimulatedTokenState.Valid && token.ExpiresAt <= now ? SimulatedTokenState.Expired : token.State;
        return state switch
        {
            SimulatedTokenState.Valid => null,
            SimulatedTokenState.Expired => Bad(463, $"Session has expired on {Moment(token.ExpiresAt ?? now.AddDays(-1))}. The current time is {Moment(now)}."),
            SimulatedTokenState.Revoked => Bad(458, $"The user has not authorized application {App.Id}."),
            SimulatedTokenState.Checkpointed => Bad(459, "You cannot access the app till you log in to www.facebook.com and follow the instructions given."),
            SimulatedTokenState.PasswordChanged => Bad(460, "The session has been invalidated because the user changed their password or Facebook has changed the session for security reasons."),
            _ => Bad(467, "The session is invalid because the user logged out."),
        };
    }

    private static GraphError Bad(int subcode, string message) => new(190, $"Error validating access token: {message}") { Subcode = subcode };

    private static string Moment(DateTimeOffset time) => time.UtcDateTime.ToString("dddd, dd-MMM-yy HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
