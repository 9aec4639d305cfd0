namespace MetaGrains.Graph.Parsing;

/// <summary>
/// Numbers names in the order they are met and knows their ordinal rank, so that sorting a row's action types
/// compares integers and writing one copies its ready-made JSON key.
/// </summary>
internal sealed class NameTable
{
    private byte[][] _names = new byte[32][];
    private JsonText[] _texts = new JsonText[32];
    private readonly ByteScratch _scratch = new(128);
    private uint[] _hashes = new uint[64];
    private int[] _slots = new int[64];
    private int[] _ranks = new int[64];
    private bool _ranked = true;

    /// <summary>Number of names.</summary>
    public int Count { get; private set; }

    /// <summary>The name.</summary>
    public ReadOnlySpan<byte> Name(int id) => _names[id];

    /// <summary>The name as it stands in JSON.</summary>
    public ref readonly JsonText Json(int id) => ref _texts[id];

    /// <summary>Its number, or -1.</summary>
    public int Find(ReadOnlySpan<byte> name) => _slots[Probe(name, Utf8Hash.Of(name))] - 1;

    /// <summary>Its number; a name not met before gets the next.</summary>
    public int FindOrAdd(ReadOnlySpan<byte> name)
    {
        var hash = Utf8Hash.Of(name);
        var index = Probe(name, hash);
        if (_slots[index] != 0)
            return _slots[index] - 1;

        if (Count == _names.Length)
        {
            Array.Resize(ref _names, Count * 2);
            Array.Resize(ref _texts, Count * 2);
        }

        _names[Count] = name.ToArray();
        _texts[Count++] = new JsonText(name, _scratch);
        _hashes[index] = hash;
        _slots[index] = Count;
        _ranked = false;
        if (Count > _slots.Length / 2)
            Grow();
        return Count - 1;
    }

    /// <summary>Place among all names by ordinal order of their bytes; equal order means the same name.</summary>
    public int Rank(int id)
    {
        if (!_ranked)
            RankAll();
        return _ranks[id];
    }

    private int Probe(ReadOnlySpan<byte> name, uint hash)
    {
        var mask = _slots.Length - 1;
        var index = (int)hash & mask;
        while (_slots[index] != 0 && !(_hashes[index] == hash && name.SequenceEqual(_names[_slots[index] - 1])))
            index = (index + 1) & mask;
        return index;
    }

    private void Grow()
    {
        var (hashes, slots) = (_hashes, _slots);
        _hashes = new uint[slots.Length * 2];
        _slots = new int[slots.Length * 2];
        var mask = _slots.Length - 1;
        for (var old = 0; old < slots.Length; old++)
        {
            if (slots[old] == 0)
                continue;
            var index = (int)hashes[old] & mask;
            while (_slots[index] != 0)
                index = (index + 1) & mask;
            _slots[index] = slots[old];
            _hashes[index] = hashes[old];
        }
    }

    private void RankAll()
    {
        var order = new int[Count];
        for (var id = 0; id < order.Length; id++)
            order[id] = id;
        Array.Sort(order, (left, right) => _names[left].AsSpan().SequenceCompareTo(_names[right]));
        if (_ranks.Length < order.Length)
            _ranks = new int[_slots.Length];
        for (var rank = 0; rank < order.Length; rank++)
            _ranks[order[rank]] = rank;
        _ranked = true;
    }
}
