namespace MetaGrains.Graph.Errors;

/// <summary>What a failure means for the caller. Every code of Meta's maps to exactly one.</summary>
public enum GraphErrorKind
{
    /// <summary>Meta had a hiccup; it was retried, and later may work.</summary>
    Transient,

    /// <summary>A limit was reached. Never retried at once: calls made while blocked lengthen the block.</summary>
    Throttled,

    /// <summary>The question is too large: patience does not help, a smaller one does.</summary>
    TooMuchData,

    /// <summary>The token is dead: a person has to connect again.</summary>
    Reauthorise,

    /// <summary>The token lives but may not see this.</summary>
    Permission,

    /// <summary>The same request will always fail.</summary>
    Permanent,

    /// <summary>The object does not exist, or not for this token.</summary>
    Gone,

    /// <summary>What came back is no usable answer, or the place in the answer was lost: read it again from its start.</summary>
    InvalidAnswer,

    /// <summary>No answer came back: a reset, a timeout, a name that did not resolve.</summary>
    Network,
}

/// <summary>What a throttle counts, and so what must rest.</summary>
public enum ThrottleScope
{
    /// <summary>No throttle.</summary>
    None,

    /// <summary>Every call of the app.</summary>
    App,

    /// <summary>Every call of this user's token.</summary>
    User,

    /// <summary>Every call to this ad account (its score).</summary>
    AccountScore,

    /// <summary>Calls of one use case to this ad account; which one, the business usage header says.</summary>
    BusinessUseCase,

    /// <summary>Every insights call of the app.</summary>
    InsightsPlatform,
}
