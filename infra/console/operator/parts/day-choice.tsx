import Button from '@cloudscape-design/components/button';
import DateInput from '@cloudscape-design/components/date-input';
import FormField from '@cloudscape-design/components/form-field';
import { dayAfter } from '../format.ts';
import { today } from '../route.ts';
import { useWords } from '../words/use-words.ts';

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));

/** A day in UTC, the one before and the one after. */
export const DayChoice = ({ day, setDay }: { day: string; setDay: (day: string) => void }) => {
  const { say } = useWords();
  return (
    <FormField label={say('day')}>
      <div className="day">
        <Button
          iconName="angle-left"
          variant="icon"
          ariaLabel={say('dayBefore')}
          onClick={() => setDay(dayAfter(day, -1))}
        />
        <DateInput
          key={day}
          value={day}
          format="iso"
          ariaLabel={say('day')}
          onChange={({ detail }) => isDay(detail.value) && detail.value !== day && setDay(detail.value)}
        />
        <Button
          iconName="angle-right"
          variant="icon"
          ariaLabel={say('dayAfter')}
          disabled={day >= today()}
          onClick={() => setDay(dayAfter(day, 1))}
        />
      </div>
    </FormField>
  );
};
