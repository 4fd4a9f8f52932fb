using Microsoft.Extensions.Logging.Abstractions;
using ServerlessGateway.WebPubSubEmulator.EventHandlers;

namespace ServerlessGateway.Unit.Tests.WebPubSubEmulator.EventHandlers;

public sealed class NotificationsTests
{
    private static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Notifications_that_go_wrong_cost_no_others()
    {
        using var notifications = new Notifications(NullLogger<Notifications>.Instance);
        await notifications.StartAsync(CancellationToken.None);
        for (var i = 0; i < 100; i++) notifications.Post(_ => throw new OperationCanceledException("nobody asked for it"));
        var sent = new TaskCompletionSource();

        Assert.True(notifications.Post(_ =>
        {
            sent.SetResult();
            return Task.CompletedTask;
        }));

        await sent.Task.WaitAsync(HangGuard);
        await notifications.StopAsync(CancellationToken.None);
        Assert.False(notifications.Post(_ => Task.CompletedTask));
    }
}
