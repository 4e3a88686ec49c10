import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.command.ActiveMQBytesMessage;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQTextMessage;
import org.apache.activemq.command.Message;

/**
 * Sends and receives over OpenWire.
 *
 * <p>JMS types are spelled {@code var} throughout: they moved from javax.jms to jakarta.jms in
 * 6.0, and this one source compiles against every version.
 */
final class Client {
    private static final int AUTO_ACKNOWLEDGE = 1;
    private static final int PERSISTENT = 2;

    private Client() {}

    /** Sends text messages in one transaction, so that a thousand cost one disk sync. */
    static void send(String url, String user, String password, String destination,
            List<String> bodies) throws Exception {
        var connection = new ActiveMQConnectionFactory(user, password, url).createConnection();
        try {
            connection.start();
            var session = connection.createSession(true, AUTO_ACKNOWLEDGE);
            var producer = session.createProducer(parse(destination));
            producer.setDeliveryMode(PERSISTENT);
            for (String body : bodies) {
                producer.send(session.createTextMessage(body));
            }
            session.commit();
        } finally {
            connection.close();
        }
    }

    /** Collects what arrives at one destination from now on, until closed. */
    static Subscription subscribe(String url, String user, String password, String destination)
            throws Exception {
        var received = new ConcurrentLinkedQueue<String>();
        var connection = new ActiveMQConnectionFactory(user, password, url).createConnection();
        try {
            var session = connection.createSession(false, AUTO_ACKNOWLEDGE);
            session.createConsumer(parse(destination))
                    .setMessageListener(message -> received.add(text((Message) message)));
            connection.start();
        } catch (Exception failure) {
            connection.close();
            throw failure;
        }
        return new Subscription(received, connection::close);
    }

    private static ActiveMQDestination parse(String destination) {
        return ActiveMQDestination.createDestination(
                destination.replaceFirst("^/(queue|topic)/", "$1://"),
                ActiveMQDestination.QUEUE_TYPE);
    }

    private static String text(Message message) {
        try {
            if (message instanceof ActiveMQTextMessage) {
                return ((ActiveMQTextMessage) message).getText();
            }
            if (message instanceof ActiveMQBytesMessage) {
                var bytes = (ActiveMQBytesMessage) message;
                var body = new byte[(int) bytes.getBodyLength()];
                bytes.readBytes(body);
                return new String(body, StandardCharsets.UTF_8);
            }
            return message.toString();
        } catch (Exception failure) {
            return "unreadable: " + failure;
        }
    }

    /** Messages waiting to be handed over, and how to end the subscription. */
    record Subscription(ConcurrentLinkedQueue<String> received, Closer closer) {
        List<String> take() {
            return Stream.generate(received::poll).takeWhile(body -> body != null).toList();
        }
    }

    interface Closer {
        void close() throws Exception;
    }
}
