namespace MetaGrains.Core.Sync;

/// <summary>An answer that is not data: the base of what an <see cref="IInsightsSource"/> throws.</summary>
public abstract class SourceException : Exception
{
    /// <summary>Makes one.</summary>
    protected SourceException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Meta's error code, or null when the answer was not even an error of Meta's.</summary>
    public abstract int? Code { get; }

    /// <summary>Meta's error subcode.</summary>
    public abstract int? Subcode { get; }

    /// <summary>Meta's <c>fbtrace_id</c>, for its support.</summary>
    public abstract string? TraceId { get; }

    /// <summary>Whether Meta refused because a limit was reached.</summary>
    public abstract bool RateLimited { get; }

    /// <summary>Whether reading the same slice again from its start may succeed.</summary>
    public abstract bool WorthRereading { get; }

    /// <summary>
    /// Whether everything else that the run would ask would be refused, too, since a limit, the token or a permission is
    /// the cause and not the question.
    /// </summary>
    public virtual bool EndsRun => RateLimited;

    /// <summary>In which way the question was too large; <see cref="Excess.None"/> where size was not the trouble.</summary>
    public virtual Excess Excess => Excess.None;

    /// <summary>HTTP requests that were sent for the page that failed, retries included; the pages before it state their own.</summary>
    public abstract int Calls { get; }

    /// <summary>Those of <see cref="Calls"/> that asked for a report and polled it: no retries.</summary>
    public virtual int Polls => 0;
}
