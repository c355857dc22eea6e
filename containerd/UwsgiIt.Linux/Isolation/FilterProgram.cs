namespace UwsgiIt.Linux.Isolation;

/// <summary>Writes classic BPF for seccomp: the accumulator holds the last word loaded, every rule is whole in itself.</summary>
internal sealed class FilterProgram
{
    // linux/bpf_common.h
    private const ushort LoadWord = 0x20;
    private const ushort JumpAlways = 0x05;
    private const ushort JumpEqual = 0x15;
    private const ushort JumpGreaterOrEqual = 0x35;
    private const ushort JumpGreater = 0x25;
    private const ushort JumpSet = 0x45;
    private const ushort ReturnConstant = 0x06;

    public List<FilterInstruction> Instructions { get; } = [];

    public void Load(uint offset) => Add(LoadWord, 0, 0, offset);

    public void Return(uint action) => Add(ReturnConstant, 0, 0, action);

    public void ReturnIfAtLeast(uint value, uint action) => Rule(JumpGreaterOrEqual, value, action);

    public void ReturnIfBits(uint bits, uint action) => Rule(JumpSet, bits, action);

    public void ReturnIfWithin(uint first, uint last, uint action)
    {
        if (first == last)
        {
            Rule(JumpEqual, first, action);
            return;
        }

        Add(JumpGreaterOrEqual, 0, 2, first);
        Add(JumpGreater, 1, 0, last);
        Return(action);
    }

    public void ReturnIfAny(ReadOnlySpan<uint> values, uint action)
    {
        foreach (var value in values)
        {
            Rule(JumpEqual, value, action);
        }
    }

    public void ReturnUnlessEqual(uint value, uint action)
    {
        Add(JumpEqual, 1, 0, value);
        Return(action);
    }

    /// <summary>Leaves out the next <paramref name="count"/> instructions unless the accumulator is the value.</summary>
    public void JumpUnlessEqual(uint value, int count)
    {
        Add(JumpEqual, 1, 0, value);
        Add(JumpAlways, 0, 0, (uint)count);
    }

    /// <summary>Rules for one call number; the accumulator, which they load anew, is lost to what follows only where they do not return.</summary>
    public void IfNumber(uint number, Action<FilterProgram> body)
    {
        var rules = new FilterProgram();
        body(rules);
        JumpUnlessEqual(number, rules.Instructions.Count);
        Append(rules.Instructions);
    }

    public void Append(List<FilterInstruction> instructions) => Instructions.AddRange(instructions);

    private void Rule(ushort jump, uint value, uint action)
    {
        Add(jump, 0, 1, value);
        Return(action);
    }

    private void Add(ushort code, byte jumpTrue, byte jumpFalse, uint value) => Instructions.Add(new FilterInstruction(code, jumpTrue, jumpFalse, value));
}
