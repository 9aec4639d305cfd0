namespace MetaGrains.Grains.Accounts;

/// <summary>
/// The last grants that the budget has taken back. Word of it comes on another way than the grant, and may be here first:
/// before the answer that brings the grant, or between the answer and the run that it is for.
/// </summary>
internal sealed class VoidGrants
{
    // An account holds one grant at a time; what was void before the last few has ended long since.
    private const int Remembered = 16;

    private readonly Lock _gate = new();
    private readonly Queue<long> _last = new(Remembered);

    public void Add(long grant)
    {
        lock (_gate)
        {
            if (_last.Count == Remembered)
                _last.Dequeue();
            _last.Enqueue(grant);
        }
    }

    public bool Contains(long grant)
    {
        lock (_gate)
            return _last.Contains(grant);
    }
}
