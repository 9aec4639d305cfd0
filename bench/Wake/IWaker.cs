namespace MetaGrains.Bench.Wake;

/// <summary>One process of a contestant.</summary>
internal interface IWaker
{
    /// <summary>Registers every account, for all processes of the contestant; the first of them is asked.</summary>
    Task PrepareAsync();

    /// <summary>Begins to wake accounts.</summary>
    Task BeginAsync();
}
