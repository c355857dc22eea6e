using UwsgiIt.Containerd.Hosting;

namespace UwsgiIt.Containerd.Tests;

public sealed class CallerQueuesTests
{
    private const uint Loud = 30_001;
    private const uint Quiet = 30_002;

    [Fact]
    public async Task Flood_OfOneCaller_IsBounded_AndOthersAreServed()
    {
        var queues = new CallerQueues(threads: 2, waiting: 3, all: 100, static _ => { });
        using var silence = new ManualResetEventSlim();
        var done = 0;
        var taken = Enumerable.Range(0, 50).Count(_ => queues.TryAdd(Loud, () =>
        {
            silence.Wait();
            Interlocked.Increment(ref done);
        }));
        Assert.Equal(5, taken);
        var served = new TaskCompletionSource();
        Assert.True(queues.TryAdd(Quiet, served.SetResult));
        await served.Task.WaitAsync(TimeSpan.FromSeconds(60));

        // What was taken is done, and there is room again.
        silence.Set();
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref done) == taken, TimeSpan.FromSeconds(60)));
        Assert.True(SpinWait.SpinUntil(() => queues.TryAdd(Loud, static () => { }), TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Flood_OfManyCallers_IsBounded_ButNotForRoot()
    {
        var queues = new CallerQueues(threads: 1, waiting: 1, all: 10, static _ => { });
        using var silence = new ManualResetEventSlim();
        Assert.Equal(10, Enumerable.Range(1, 50).Count(uid => queues.TryAdd((uint)uid, silence.Wait)));
        var served = new TaskCompletionSource();
        Assert.True(queues.TryAdd(0, served.SetResult));
        await served.Task.WaitAsync(TimeSpan.FromSeconds(60));
        silence.Set();
    }

    [Fact]
    public async Task Work_ThatThrows_IsTold_AndTheNextIsDone()
    {
        var told = new TaskCompletionSource<Exception>();
        var queues = new CallerQueues(threads: 1, waiting: 5, all: 10, e => told.TrySetResult(e));
        using var begin = new ManualResetEventSlim();
        var served = new TaskCompletionSource();
        Assert.True(queues.TryAdd(Loud, () =>
        {
            begin.Wait();
            throw new InvalidOperationException("wrong");
        }));
        Assert.True(queues.TryAdd(Loud, served.SetResult));
        begin.Set();
        Assert.Equal("wrong", (await told.Task.WaitAsync(TimeSpan.FromSeconds(60))).Message);
        await served.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }
}
